"""A defect fails what it breaks and nothing besides, in scenarios too that are for something else.

Each case was found by a full self-test, which takes hours: there the scenario failed a row that it need not.
"""

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_emulator.defects import all_defects

FOUND = [
    # The rest of a stream whose SSRC changes behind a gap was taken for a stranger's.
    ("ssrc-changes-at-each-gop", "test_a_stream_that_is_kept_alive", "LIV-31"),
    # MASK had as many digits as the wrong list of cameras has lines, and named cameras that are not there.
    ("getinfo-reads-two-digits", "test_cameras_of_high_numbers", "PLB-32"),
    # Live that sends a picture twice was held against the recording.
    ("no-key-pictures", "test_a_recording_of_what_was_sent", "PLB-12"),
    # Audio that begins elsewhere was held not to go on over an edge, and over a gap.
    ("audio-begins-with-the-recording", "test_audio_and_files_over_the_edges_of_the_calendar", "PLB-25"),
    ("audio-begins-with-the-recording", "test_a_gap_is_skipped", "PLB-25"),
    # A file was held against audio of playback whose header says what it is not.
    ("telephone-size-in-words", "test_a_minute_of_a_camera", "DWN-02"),
    # Audio of one camera was asked for on two UIDs.
    ("audio-for-one-uid", "test_audio_beside_video_over_rtp", "LIV-26"),
    # JPEG was asked for again while another UID had the camera.
    ("camera-for-one-uid", "test_live_jpeg_pictures", "LIV-19"),
    # Files were held against GOPs that playback gave twice.
    ("play-gives-a-gop-twice", "test_parameters_that_change", "DWN-13"),
    # Camera control alone kept the UID alive for minutes.
    ("camera-control-does-not-keep-alive", "test_presets", "CTL-08"),
    # A picture that live left out was looked for in the recording.
    ("picture-left-out", "test_a_recording_of_what_was_sent", "PLB-12"),
    # Audio that comes twice was laid beside pictures.
    ("every-second-of-audio-twice", "test_a_recording_of_what_was_sent", "PLB-24"),
    # Of three UIDs none played its own way.
    ("all-uids-play-alike", "test_playback_waits_for_its_client", "PLB-12"),
    # Pictures were held against a GOP that begins in the middle.
    ("gop-begins-in-the-middle", "test_a_recording_of_what_was_sent", "PLB-12"),
    # Pictures were held against an answer of two GOPs.
    ("camera-gives-two-gops", "test_a_recording_of_what_was_sent", "PLB-12"),
    # BPLAY and FF that begin elsewhere did not come over a gap in time.
    ("bplay-begins-at-the-end", "test_a_gap_is_skipped", "PLB-30"),
    ("fast-takes-local-time", "test_fast_from_another_place", "PLB-18"),
    # PLAY was judged behind PAUSE.
    ("pause-does-not-end", "test_each_command_behind_each_other", "PLB-12"),
    # Two UIDs played one camera.
    ("camera-plays-on-one-uid-alone", "test_pictures_over_the_edges_of_the_calendar", "PLB-17"),
    ("camera-plays-on-one-uid-alone", "test_each_command_is_for_all_cameras", "PLB-15"),
    ("one-place-for-all-uids", "test_playback_waits_for_its_client", "PLB-13"),
    # As for video.
    ("audio-ssrc-follows-the-time", "test_a_stream_that_is_kept_alive", "LIV-31"),
    # A UID had ended when its download began.
    ("logged-out-uids-keep-their-places", "test_a_minute_of_a_camera", "DWN-10"),
    # A file was held against audio that stands still.
    ("audio-stands-still", "test_a_minute_of_a_camera", "DWN-02"),
    # A second chunk behind large pictures was taken for a part of them.
    ("camera-gives-two-gops", "test_playback_over_changes_of_what_is_recorded", "PLB-07"),
    # The connection behind an answer to FF was closed as well.
    ("gop-connection-is-closed", "test_one_camera_played_twice", "PLB-28"),
    # A UID that all those logins threw out was asked for.
    ("logout-keeps-the-uid", "test_everything_over_https", "SEC-01"),
    ("logged-out-uids-keep-their-places", "test_everything_over_https", "SEC-01"),
    # JPEG that STOP does not end was in the way of video.
    ("jpeg-after-stop", "test_two_uids", "EXC-05"),
    # A camera turned on that should have stopped, and AUX was to blame.
    ("speed-0-does-not-stop", "test_auxiliaries", "CTL-09"),
    # What does not start twice was held against the client that hung up.
    ("jpeg-starts-once", "test_a_client_that_hangs_up", "LIV-34"),
    # Playback that STOP does not end was in the way of live.
    ("stop-behind-pause-is-lost", "test_live_beside_playback", "EXC-04"),
]
FOUND_ON_MODEL_1 = [
    # Audio whose header names another camera was then asked of that one.
    ("telephone-audio-says-camera-0", "test_recorded_audio_of_each_codec", "PLB-25"),
]
CASES = [(2, *case) for case in FOUND] + [(1, *case) for case in FOUND_ON_MODEL_1]
BREAKS = {defect.name: defect.breaks for defect in all_defects()}


@pytest.mark.parametrize(("model", "defect", "scenario", "other"), CASES)
def test_nothing_besides(model, defect, scenario, other):
    result = judge(TargetOptions(model=model, defects=(defect,)), RunOptions(only=(scenario,)))
    assert not result.errors
    assert other not in BREAKS[defect]
    assert result.broken <= BREAKS[defect]
