"""The fixtures themselves: a server that starts, answers, and ends as it should."""


def test_a_server_answers_and_ends_with_zero(status_file, serve):
    status_file.running(epoch=1.5, loss=0.25)
    server = serve()
    assert server.get("/status").json()["loss"] == 0.25
    assert server.get("/progress").json()["progress"] == 50.0
    assert server.metric("pulse_event_streams") == 0
    server.stop()
    assert server.process.returncode == 0


def test_chromium_is_there(page):
    page.set_content("<h1>hello</h1>")
    assert page.inner_text("h1") == "hello"


def test_who_reads_the_url_may_stop_the_server_at_once(serve):
    # The fixture checks the exit code; what could go wrong is a race, so a few tries.
    for _ in range(10):
        serve().stop()
