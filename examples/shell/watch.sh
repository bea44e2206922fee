#!/usr/bin/env bash
# Save ten seconds of a camera's live video, with nothing but curl and ffmpeg:
#
#     watch.sh http://192.0.2.7 ADMIN PASSWORD CAMERA FILE.mkv
#
# RTP comes over UDP to port 5004 (UDP_PORT=…) of this machine, as H.264 (COMP=H265: as H.265). PACE=0.1 goes faster than the
# document's 3 s between commands, for tests.
set -euo pipefail
[ $# = 5 ] || { echo "usage: watch.sh URL USER PASSWORD CAMERA FILE.mkv" >&2; exit 2; }
url=$1 user=$2 password=$3 camera=$4 file=$5
port=${UDP_PORT:-5004} pace=${PACE:-3} comp=${COMP:-H264} seconds=${SECONDS_OF_VIDEO:-10}
folder=$(mktemp -d)

command() { # one command of the UID, then the pause that the document asks for
    curl --silent --show-error --fail --insecure --max-time 30 --output /dev/null "$url/cgi-bin/$1"
    sleep "$pace"
}

# The password goes by Digest, and for the login alone; from a file, so that it stands in no list of processes.
printf 'user = "%s:%s"\n' "$user" "$password" > "$folder/login"
uid=$(curl --silent --show-error --fail --insecure --digest --config "$folder/login" "$url/cgi-bin/dlogin.cgi?UID=-1" |
    sed -n 's/.*UID=\([0-9]*\).*/\1/p' | head -n 1)
[ -n "$uid" ] || { echo "watch.sh: no UID on the login page" >&2; exit 1; }

started=
finish() { # whatever happens: end the stream, give the UID back (there are 16), end what runs here
    [ -z "$started" ] || command "push.cgi?UID=$uid&CAM=$camera&CMD=STOP&COMP=$comp&PORT=$port" || true
    command "logout.cgi?UID=$uid" || true
    kill $(jobs -p) 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
sleep "$pace"
# A UID ends after 90 s without a command, whatever arrives meanwhile.
(
    trap 'kill $!; exit' TERM
    while sleep 30 & wait $!; do curl --silent --insecure "$url/cgi-bin/status.cgi?UID=$uid&PC=AS60"; done
) > /dev/null 2>&1 &

# There is no RTSP that would describe the stream. Nothing may come to a port at which nobody listens: the player first.
type=98; [ "$comp" = H264 ] || type=101
printf '%s\n' v=0 'o=- 0 0 IN IP4 127.0.0.1' s=live 'c=IN IP4 0.0.0.0' 't=0 0' \
    "m=video $port RTP/AVP $type" "a=rtpmap:$type $comp/90000" > "$folder/live.sdp"
ffmpeg -nostdin -loglevel error -y -protocol_whitelist file,udp,rtp -i "$folder/live.sdp" -c copy -flush_packets 1 "$file" 2> "$folder/said" &
player=$!
until grep -qi ":$(printf '%04X' "$port") " /proc/net/udp; do
    kill -0 "$player" 2>/dev/null || { echo "watch.sh: ffmpeg ended: $(cat "$folder/said")" >&2; exit 1; }
    sleep 0.1
done

command "hdrctl.cgi?UID=$uid&SCREEN=16X&PC=AS60"
started=yes
command "push.cgi?UID=$uid&CAM=$camera&CMD=START&COMP=$comp&PORT=$port"
until [ -s "$file" ]; do # it looks at the stream for some seconds before it writes
    kill -0 "$player" 2>/dev/null || { echo "watch.sh: ffmpeg ended: $(cat "$folder/said")" >&2; exit 1; }
    sleep 0.1
done
sleep "$seconds"
# The player last: until the stream has stopped, somebody must listen.
command "push.cgi?UID=$uid&CAM=$camera&CMD=STOP&COMP=$comp&PORT=$port"
started=
for _ in 1 2; do # the first one ends what ffmpeg does between packets, the second one its wait for the next
    kill "$player" 2>/dev/null || true
    sleep 0.2
done
wait "$player" || [ $? = 255 ] || cat "$folder/said" >&2 # 255: told to end; Matroska needs no trailer
