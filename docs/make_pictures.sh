#!/bin/bash
# Makes the pictures of the README anew from the media and the tape of this repository: docs/make_pictures.sh PERCEPT [FOLDER]
# The picture of the page needs Chromium, and is left as it is without it.
set -euo pipefail
percept=$(realpath "$1")
out=$(realpath "${2:-$(dirname "$0")}")
media=$(realpath "$(dirname "$0")/../TestMedia")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$media"/images/{photo-orientation-6.jpg,scene.png} "$media"/audio/*.{flac,wav} .
tape=(--tape "$media/tapes/demo.json" --json)
# By their hashes two of three labels would share a colour.
colors=(--palette 'ball=#cc79a7,crate=#56b4e9,cone=#f0e442')

# Boxes: a photo that lies on its side, sent at a quarter of its size.
"$percept" detect photo-orientation-6.jpg --longest-side 400 "${tape[@]}" "${colors[@]}" -o annotated.png > detected.jsonl
"$percept" prepare annotated.png -o "$out/annotated.png" --longest-side 600 --image-format png

# Masks over their picture.
mkdir run
"$percept" segment scene.png "${tape[@]}" "${colors[@]}" -o run/masks --overlay overlay.png > run/1-segments.jsonl
"$percept" prepare overlay.png -o "$out/overlay.png" --longest-side 660 --image-format png

# Sound, and what is said in it.
"$percept" transcribe kitchen-48000-mono.wav "${tape[@]}" --timestamps chunk > run/3-kitchen.jsonl
"$percept" inspect kitchen-48000-mono.wav --spans run/3-kitchen.jsonl --waveform "$out/sound.png" --spectrogram "$out/sound.png" \
	--picture-size 660x300 --quiet > /dev/null

# The page of all of it.
"$percept" transcribe harbour-44100-stereo.flac "${tape[@]}" --timestamps chunk > run/2-harbour.jsonl
"$percept" report run detected.jsonl -o page.html --title "Harbour walk" --quiet
browser=$(command -v chromium || command -v google-chrome || true)
if [ -n "$browser" ]; then
	sandbox=$([ "$(id -u)" = 0 ] && echo --no-sandbox || true)
	"$browser" --headless=new $sandbox --disable-gpu --hide-scrollbars --force-color-profile=srgb --user-data-dir="$work/profile" \
		--window-size=1180,1300 --virtual-time-budget=5000 --screenshot="$work/page.png" "file://$work/page.html" 2> /dev/null
	"$percept" prepare page.png -o "$out/report.png" --image-format png --longest-side none
else
	echo "no Chromium: docs/report.png stays as it is" >&2
fi
