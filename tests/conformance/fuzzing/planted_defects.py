"""Fifteen ways to break a recorder that no scenario knows. Each function alters one Recorder in place."""

from __future__ import annotations

import dataclasses

from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import accepted
from nvr_emulator.recorder.sessions import Ending
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.urls import CommandError, read_query

PLANTED = {}
CAMERAS_NEEDED = {"stop_takes_the_camera_by_its_first_digit": 10}
"""With fewer cameras than these a defect cannot show."""


def planted(plant):
    """List a defect by its function's name."""
    PLANTED[plant.__name__] = plant
    return plant


def alter_playback(recorder, alter):
    """Let every playback that a UID begins be altered."""
    ask = recorder.playback_commands.playback_of

    def playback_of(session):
        known = session.uid in recorder.playbacks
        playback = ask(session)
        if not known:
            alter(playback)
        return playback

    recorder.playback_commands.playback_of = playback_of


@planted
def used_uids_off_by_one_after_eviction(recorder: Recorder):
    """Counts one UID too many in USEDUID once somebody was thrown out."""
    evictions = []
    end = recorder.sessions.end

    def ended(session, ending, now):
        if ending is Ending.EVICTED:
            evictions.append(recorder.cameras.started)
        end(session, ending, now)

    recorder.sessions.end = ended
    recorder.information.used_uids = lambda: (
        recorder.sessions.used() + (recorder.cameras.started in evictions)
    )


@planted
def goto_forgets_the_mask(recorder: Recorder):
    """Plays no camera but the first of MASK after a second GOTODATE."""

    def alter(playback: Playback):
        command = playback.command

        def altered(name, begin):
            again = name == "goto" and playback.running
            command(name, begin)
            if again and playback.mask:
                playback.mask = frozenset([min(playback.mask)])

        playback.command = altered

    alter_playback(recorder, alter)


@planted
def stop_takes_the_camera_by_its_first_digit(recorder: Recorder):
    """Stops camera 11 (and 12 …) as well when camera 1 is stopped."""
    stop = recorder.live.stop

    def stop_more(uid, camera, comp):
        for stream in recorder.live.streams(uid):
            if str(stream.camera).startswith(str(camera)):
                stop(uid, stream.camera, comp)

    recorder.live.stop = stop_more


@planted
def lifetime_restarts_at_a_malformed_command(recorder: Recorder):
    """Starts the 90 s again at a request that is no command."""
    obey = recorder.obey

    def touching(request, now):
        try:
            return obey(request, now)
        except CommandError:
            uid = dict(read_query(request.query)).get("UID", "")
            session = recorder.sessions.find(int(uid)) if uid.isdecimal() else None
            if session is not None:
                recorder.sessions.touch(session, now)
            raise

    recorder.obey = touching


@planted
def logout_ends_another_uid_of_the_user(recorder: Recorder):
    """Ends the oldest UID of the user instead of the one that logs out."""
    logout = recorder.login_commands.logout

    def other(asked):
        same = [found for found in recorder.sessions.valid() if found.user == asked.session.user]
        return logout(dataclasses.replace(asked, session=same[0]))

    recorder.login_commands.logout = other


@planted
def eviction_takes_the_newest_of_equals(recorder: Recorder):
    """Throws out the last one of the lowest priority, once three of them are there."""
    choose = recorder.sessions.choose_victim

    def newest():
        victim = choose()
        equals = [found for found in recorder.sessions.valid() if found.priority == victim.priority]
        return equals[-1] if len(equals) >= 3 else victim

    recorder.sessions.choose_victim = newest


@planted
def playback_outlives_stop_after_pause(recorder: Recorder):
    """Takes PAUSE, then STOP, for a playback that still runs."""

    def alter(playback: Playback):
        command = playback.command

        def altered(name, begin):
            paused = playback.operation is Operation.PAUSE
            command(name, begin)
            if name == "stop" and paused:
                playback.operation = Operation.PAUSE

        playback.command = altered

    alter_playback(recorder, alter)


@planted
def reverse_after_fast_keeps_the_stride(recorder: Recorder):
    """Goes on at the speed of FF or REW when BPLAY follows."""

    def alter(playback: Playback):
        stride, fast = playback.stride, []
        command = playback.command

        def altered(name, begin):
            if name in ("FF", "REW"):
                fast.append(name)
            command(name, begin)

        def strides():
            return stride() * (4 if fast and playback.operation is Operation.REVERSE else 1)

        playback.command, playback.stride = altered, strides

    alter_playback(recorder, alter)


@planted
def speed_goes_on_over_a_pause(recorder: Recorder):
    """Does not begin at STEP1 when FF comes after REW."""

    def alter(playback: Playback):
        following = playback.next_speed

        def faster(operation, *, again):
            turned = operation is Operation.FAST_FORWARD and playback.operation is Operation.FAST_REVERSE
            return following(operation, again=again) + turned

        playback.next_speed = faster

    alter_playback(recorder, alter)


@planted
def second_camera_follows_the_first(recorder: Recorder):
    """Moves the cursors of all cameras on when one is asked for, in forward playback."""

    def alter(playback: Playback):
        next_gop = playback.next_gop

        def altered(camera, recording, now):
            place = next_gop(camera, recording, now)
            if playback.operation is Operation.PLAYBACK and place is not None:
                for number, cursor in list(playback.cursors.items()):
                    if number != camera and cursor.place is not None:
                        playback.cursors[number] = Cursor(place=place)
            return place

        playback.next_gop = altered

    alter_playback(recorder, alter)


@planted
def audio_outlives_its_video(recorder: Recorder):
    """Lets audio run on when its camera's pictures are stopped, and refuses it from then on."""
    live = recorder.live

    def stop(uid, camera, comp):
        for stream in live.streams(uid):
            if stream.camera == camera and stream.comp == comp and live.forget(stream):
                stream.ended = "stopped"
                live._just_ended.append(stream)

    live.stop = stop


@planted
def live_counts_the_streams_of_all(recorder: Recorder):
    """Refuses a stream of a camera that runs on two other UIDs already."""
    check = recorder.live.check_room

    def shared(uid, camera, comp):
        others = [stream for stream in recorder.live.streams() if stream.camera == camera]
        if len(others) >= 2:
            check(others[0].uid, camera, comp)
        check(uid, camera, comp)

    recorder.live.check_room = shared


@planted
def playback_is_checked_on_any_uid(recorder: Recorder):
    """Refuses live while anybody of the same user plays."""
    check = recorder.exclusivity.check_not_playing

    def anybody(session):
        for other in recorder.sessions.valid():
            if other.user == session.user:
                check(other)

    recorder.exclusivity.check_not_playing = anybody


@planted
def mask_keeps_the_cameras_before(recorder: Recorder):
    """Lets the cameras of the MASK before be fetched as well, while playback runs."""

    def alter(playback: Playback):
        choose = playback.choose

        def added(cameras):
            before = playback.mask if playback.running and playback.mask else frozenset()
            choose(cameras | before)

        playback.choose = added

    alter_playback(recorder, alter)


@planted
def keep_alive_wakes_the_newest_of_the_user(recorder: Recorder):
    """Starts the 90 s of the user's newest UID again, whichever carried the keep-alive."""

    def wake(asked):
        session = asked.session
        same = [found for found in recorder.sessions.valid() if found.user == session.user]
        if len(same) > 1:
            session.last_command = max(session.issued, asked.now - 60)
            recorder.sessions.touch(same[-1], asked.now)
        return accepted()

    recorder.login_commands.keep_alive = wake
