# make demo    the whole loop on the media of this repository: no account, no network
# make test    all tests
# make bench   figures side by side with other tools (docs/measurements.md)
# make spark-test  the Spark job on two local executors; needs Java 17 and percept on the PATH, or PERCEPT=…
# make docs    the libraries' documentation, without a warning
# make format  the house style; make lint checks it; make media makes TestMedia anew, make pictures those of the README
SHELL := bash
OUTPUT ?= demo-output
PACKAGES := libsndfile1-dev libflac-dev libmpg123-dev libopusfile-dev libvorbis-dev libpng-dev libjpeg-dev libwebp-dev \
	liblcms2-dev libheif-dev libtiff-dev libgif-dev libraqm-dev libfreetype-dev libfontconfig-dev \
	libcurl4-openssl-dev libsqlite3-dev libarchive-dev pkg-config
LIBRARIES := sndfile flac libmpg123 opusfile vorbisfile libpng libjpeg libwebp lcms2 libheif libtiff-4 raqm \
	freetype2 fontconfig sqlite3 \
	$(if $(filter Linux,$(shell uname)),libcurl libarchive)

# Debian's giflib has no file for pkg-config.
HAS_GIFLIB := echo '\#include <stddef.h>\n\#include <gif_lib.h>' | cc -E -x c $(shell pkg-config --cflags libpng 2>/dev/null) - >/dev/null 2>&1

.PHONY: demo test bench spark-test docs format lint media pictures packages

demo: packages
	swift build -c release --product percept
	@$(RUN_DEMO)

test: packages
	swift build -c release --package-path Tests/Consumers
	for consumer in RecordingConsumer ImageConsumer ResultConsumer BatchConsumer ServiceConsumer; do \
		"$$(swift build -c release --package-path Tests/Consumers --show-bin-path)/$$consumer" || exit 1; \
	done
	swift test --disable-xctest --no-parallel

bench: packages
	swift build -c release --product percept
	python3 Benchmarks/side_by_side.py "$$(swift build -c release --show-bin-path)/percept"

# PySpark needs pandas too, although nothing here calls it.
spark-test: SPARK_VENV := .build/spark-venv
spark-test:
	@if ! java -version 2>&1 | grep -q '"\(17\|21\)\.'; then \
		echo "Java 17 is needed: apt-get install openjdk-17-jre-headless, or brew install openjdk@17" >&2; exit 1; \
	fi
	@$(SPARK_VENV)/bin/python -c 'import pyspark, pyarrow, pandas' 2>/dev/null || { \
		python3 -m venv $(SPARK_VENV) && $(SPARK_VENV)/bin/pip install -q 'pyspark>=3.5,<5' pyarrow 'pandas<3'; }
	$(SPARK_VENV)/bin/python Integrations/spark/spark_test.py $(if $(PERCEPT),--percept "$(PERCEPT)") $(if $(COUNT),--count $(COUNT))

docs: packages
	for library in PerceptCore PerceptAudio PerceptImage PerceptInference Percept PerceptBatch \
		PerceptSandbox; do \
		swift package generate-documentation --target $$library --warnings-as-errors || exit 1; \
	done

format:
	swift format -i -r Package.swift Sources Tests

lint:
	swift format lint -s -r Package.swift Sources Tests
	python3 .ci/check_style.py

media:
	python3 TestMedia/make_media.py

pictures: packages
	swift build -c release --product percept
	docs/make_pictures.sh "$$(swift build -c release --show-bin-path)/percept"

# The C libraries: installed when pkg-config does not find them.
packages:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@if ! pkg-config --exists $(LIBRARIES) 2>/dev/null || ! $(HAS_GIFLIB); then \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		if command -v apt-get >/dev/null; then \
			$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(PACKAGES); \
		elif command -v brew >/dev/null; then \
			brew install libsndfile flac mpg123 opusfile libvorbis libpng jpeg-turbo webp little-cms2 libheif libtiff giflib \
				libraqm freetype fontconfig pkgconf; \
		else \
			echo "Install the development files of libsndfile, libFLAC, libmpg123, opusfile, libvorbis, libpng, libjpeg-turbo, libwebp, lcms2, libheif, libtiff, giflib, libraqm, FreeType, fontconfig, SQLite, libarchive and libcurl, and pkg-config." >&2; exit 1; \
		fi; \
	fi

# Starts the embedded endpoint with the demo tape, sends real media to it over a socket, and stops it again.
define RUN_DEMO
set -eu; \
percept="$$(swift build -c release --show-bin-path)/percept"; media=TestMedia; out="$(OUTPUT)"; mkdir -p "$$out"; \
say() { printf '\n\033[1m$$ percept %s\033[0m\n' "$$*"; }; \
run() { say "$$@"; "$$percept" "$$@"; }; \
url_file="$$(mktemp)"; "$$percept" endpoint --tape $$media/tapes/demo.json > "$$url_file" 2> "$$out/endpoint.log" & \
server=$$!; trap 'kill $$server 2>/dev/null || true; rm -f "$$url_file"' EXIT; \
for _ in $$(seq 200); do [ -s "$$url_file" ] && break; sleep 0.05; done; url="$$(cat "$$url_file")"; \
echo "An endpoint that replays authored answers listens at $$url"; \
run inspect $$media/audio/harbour-44100-stereo.flac $$media/images/photo-orientation-6.jpg; \
run prepare $$media/audio/harbour-44100-stereo.flac -o "$$out/upload.flac" --receipt "$$out/upload-receipt.json"; \
run transcribe $$media/audio/harbour-44100-stereo.flac --endpoint $$url; \
run transcribe $$media/audio/kitchen-48000-mono.wav --endpoint $$url --format srt; \
run classify $$media/audio/kitchen-48000-mono.wav --endpoint $$url; \
run detect $$media/images/photo-orientation-6.jpg --longest-side 400 --endpoint $$url -o "$$out/photo-annotated.jpg"; \
run segment $$media/images/scene.png --endpoint $$url -o "$$out/scene-masks" --overlay "$$out/scene-overlay.png"; \
printf '\nWhat the endpoint received:\n'; sed 's/^/  /' "$$out/endpoint.log"; \
printf '\nLook at %s/photo-annotated.jpg, %s/scene-overlay.png and %s/scene-masks/.\n' "$$out" "$$out" "$$out"; \
printf 'With files of your own: create a token at https://huggingface.co/settings/tokens, then\n'; \
printf '  export HF_TOKEN=hf_...\n  %s transcribe talk.wav\n  %s detect photo.jpg -o annotated.jpg\n' "$$percept" "$$percept"
endef
