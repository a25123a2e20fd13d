// A list of runs whose view stands in the page's address: it survives a reload, and can be passed on.

/** Binds them; a token in the address is the server's alone, and gone before this. */
export function bindAddress(list) {
  const show = () => {
    list.view = location.search.slice(1);
  };
  addEventListener('popstate', show);
  list.addEventListener('pulse-view', ({ detail: { view, isStep } }) => {
    const address = view ? `?${view}` : location.pathname;
    if (isStep) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  });
  show();
}
