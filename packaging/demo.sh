#!/usr/bin/env bash
# usage: demo.sh PERCEPT MEDIA OUTPUT_FOLDER
# Starts the embedded endpoint with the demo tape, sends real media to it over a socket, and stops it again.
set -eu
percept=$1 media=$2 out=$3
mkdir -p "$out"
say() { printf '\n\033[1m$ percept %s\033[0m\n' "$*"; }
run() { say "$@"; "$percept" "$@"; }
url_file=$(mktemp)
"$percept" endpoint --tape "$media/tapes/demo.json" > "$url_file" 2> "$out/endpoint.log" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$url_file"' EXIT
for _ in $(seq 200); do [ -s "$url_file" ] && break; sleep 0.05; done
url=$(cat "$url_file")
echo "An endpoint that replays authored answers listens at $url"
run inspect "$media/audio/harbour-44100-stereo.flac" "$media/images/photo-orientation-6.jpg"
run prepare "$media/audio/harbour-44100-stereo.flac" -o "$out/upload.flac" --receipt "$out/upload-receipt.json"
run transcribe "$media/audio/harbour-44100-stereo.flac" --endpoint "$url"
run transcribe "$media/audio/kitchen-48000-mono.wav" --endpoint "$url" --format srt
run classify "$media/audio/kitchen-48000-mono.wav" --endpoint "$url"
run detect "$media/images/photo-orientation-6.jpg" --longest-side 400 --endpoint "$url" -o "$out/photo-annotated.jpg"
run segment "$media/images/scene.png" --endpoint "$url" -o "$out/scene-masks" --overlay "$out/scene-overlay.png"
printf '\nWhat the endpoint received:\n'
sed 's/^/  /' "$out/endpoint.log"
printf '\nLook at %s/photo-annotated.jpg, %s/scene-overlay.png and %s/scene-masks/.\n' "$out" "$out" "$out"
printf 'With files of your own: create a token at https://huggingface.co/settings/tokens, then\n'
printf '  export HF_TOKEN=hf_...\n  %s transcribe talk.wav\n  %s detect photo.jpg -o annotated.jpg\n' "$percept" "$percept"
