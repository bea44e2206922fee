"""A client that keeps the rules is accused of nothing, not even by a note."""


def test_live_playback_download_and_control(client, named):
    uid = client.session()
    with client.watching(uid, 1) as stream:
        client.push(uid, 2, port=40000, cmd="STOP")
        with client.watching(uid, 1, "AUDIO"):
            client.wait(60)
            client.command("keep_alive", UID=uid)
            client.wait(60)
        for key, values in (
            ("pan_tilt_zoom", {"PAN": 15}),
            ("pan_tilt_zoom", {"PAN": 15, "TILT": 1}),
            ("pan_tilt_zoom", {"PAN": 0, "TILT": 0, "ZOOM": 0}),
            ("focus", {"CTRL": "FAR"}),
            ("preset_set", {"NO": 1}),
            ("preset_go", {"NO": 1}),
            ("auxiliary", {"CMD": "AUX1", "CTRL": "OPEN"}),
            ("centering", {"X": 3, "Y": 4}),
        ):
            assert client.command(key, UID=uid, CH=1, **values)[0] == 200
        client.command("pan_tilt_zoom", UID=uid, CH=1, PAN=0, TILT=0, ZOOM=0)
        assert stream.read(100)
    with client.playing(uid):
        for _ in range(3):
            client.command("camera", UID=uid, CAM=1)
            client.command("playaudio", UID=uid, CAM=1)
        client.command("camera", UID=uid, CAM=2)
        shown = (client.now - 3600) * 100
        for key, values in (
            ("pause", {}),
            ("step", {"PLAYCMD": "NEXTFRAME"}),
            ("fast", {"PLAYCMD": "FF"}),
            ("fast", {"PLAYCMD": "FF"}),
            ("reverse", {}),
        ):
            assert client.command(key, UID=uid, TIMEF=shown, **values)[0] == 200
            client.command("camera", UID=uid, CAM=1)
    assert client.download(uid)[0] == 200
    for target in ("/cgi-bin/recordedtime.cgi", "/cgi-bin/as_getinfo.cgi?FILE=2"):
        assert client.authenticated(target)[0] == 200
    assert client.command("log_errors", UID=uid)[0] == 200
    client.logout(uid)
    assert named() == []


def test_an_expiry_that_the_clock_jumped_over_is_forgiven(client, named):
    uid = client.session()
    stream = client.push(uid, 1)
    client.wait(91)
    client.hang_up(stream)
    assert client.command("keep_alive", UID=uid)[0] == 401
    uid = client.session()
    with client.watching(uid, 1):
        client.wait(30)
    client.logout(uid)
    assert named() == []


def test_who_is_thrown_out_learns_it_from_the_refusal(client, named):
    uid = client.login()
    client.paced = False
    others = [client.login() for _ in range(16)]
    assert client.command("keep_alive", UID=uid)[0] == 401
    for other in others:
        client.logout(other)
    assert "uid-after-end" not in named()


def test_requests_that_were_under_way_are_no_second_use(client, named):
    uid = client.login()
    client.command("mask", UID=uid, MASK="1100")
    client.command("play", UID=uid)
    client.wait(91)
    for camera in (1, 2):
        assert client.command("camera", UID=uid, CAM=camera)[0] == 401
    assert named() == []


def test_a_fast_clock_leaves_them_as_long_under_way(client, embedded, named, monkeypatch):
    """20 s by a clock of twenty times the speed are one second for the client, and no jump by hand."""
    uid = client.login()
    client.wait(91)
    client.paced = False
    assert client.command("keep_alive", UID=uid)[0] == 401
    clock, ran = embedded.machine.clock, embedded.machine.clock.now() + 19
    monkeypatch.setattr(type(clock), "now", lambda self: ran)
    assert client.command("mask", UID=uid, MASK="1100")[0] == 401
    assert named() == []


def test_codecs_are_tried_one_after_the_other(client, named):
    uid = client.session()
    with client.watching(uid, 3, "H265"):
        client.wait(8)
    with client.watching(uid, 3, "H264"):
        client.wait(40)
    client.logout(uid)
    assert named() == []


def test_what_is_none_of_the_commands_is_not_judged(client, named):
    for target in ("/", "/favicon.ico"):
        client.get(target)
    client.get("/", method="HEAD")
    assert named() == []
