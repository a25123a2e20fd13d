// One answer of the server.

const failure = (reason, status = 0) => Object.assign(new Error(), { reason, status });

/**
 * Gets a document; the browser's cache asks with its ETag. `tellClock` gets the server's, where it tells it.
 * An error has a `reason`: one of the panel's words, or a text; none where nobody answered. Its `status` is
 * that of HTTP where that is what is wrong.
 */
export async function load(url, timeout, tellClock) {
  const sent = Date.now();
  const answer = await fetch(url, { cache: 'no-cache', signal: AbortSignal.timeout(timeout) });
  const server = Date.parse(answer.headers.get('Date'));
  if (server) tellClock({ type: 'clock', server, sent, received: Date.now() });
  // Pulse's own 503 says why it has nothing to serve; a proxy's, that Pulse is away.
  const isProblem = !answer.ok && answer.headers.has('Pulse-Source');
  if (answer.status === 401) throw failure('signIn');
  if (!answer.ok && !isProblem) throw failure(`HTTP ${answer.status} ${answer.statusText}`, answer.status);
  try {
    const text = await answer.text();
    const resumes = answer.headers.get('Pulse-Resumed')?.split(',').map(Number) ?? [];
    return { document: JSON.parse(text), text, resumes, isProblem };
  } catch {
    throw failure('foreign');
  }
}
