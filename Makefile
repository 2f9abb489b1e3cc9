# make demo    the whole loop on the media of this repository: no account, no network
# make test    all tests
# make bench   figures side by side with other tools (docs/measurements.md)
# make spark-test  the Spark job on two local executors; needs Java 17 and percept on the PATH, or PERCEPT=…
# make install PREFIX=/usr/local   a command that needs no Swift, manual pages, completions; make uninstall
# make deb, make tarball   packages of the same in $(DIST); make package-test tries the first in a bare Debian 12
# make api     writes the lists of public declarations in Tests/PublicAPI anew; make test compares them
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
GIFLIB_HEADER := $(wildcard $(addsuffix /gif_lib.h,/usr/include /usr/local/include /opt/homebrew/include))

PREFIX ?= /usr/local
DIST ?= dist
STATIC_BUILD := .build-static
STAGE := $(STATIC_BUILD)/stage
# The static link would keep every symbol for programs that load it as a library, and 1.3 MB of relocations. Packed ones
# need glibc 2.36, as in Debian 12.
STATIC_FLAGS ?= --disable-local-rpath -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic \
	-Xlinker -z -Xlinker pack-relative-relocs
# A command that was built before, instead of a build.
PERCEPT_BINARY ?=

.PHONY: demo test bench spark-test docs format lint media pictures packages install uninstall deb tarball package-test \
	static stage staging-tools packaging-tools api

demo: packages
	swift build -c release --product percept
	@packaging/demo.sh "$$(swift build -c release --show-bin-path)/percept" TestMedia "$(OUTPUT)"

test: packages staging-tools
	swift build -c release --package-path Tests/Consumers
	for consumer in RecordingConsumer ImageConsumer ResultConsumer BatchConsumer ServiceConsumer; do \
		"$$(swift build -c release --package-path Tests/Consumers --show-bin-path)/$$consumer" || exit 1; \
	done
	swift test --disable-xctest --no-parallel
	python3 Tests/PublicAPI/public_api.py check

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
	python3 packaging/manual_test.py

install: stage
	install -d "$(DESTDIR)$(PREFIX)"
	cp -R $(STAGE)/bin $(STAGE)/share "$(DESTDIR)$(PREFIX)/"

# Removes what `install` writes, under the names that any version has.
uninstall:
	cd "$(DESTDIR)$(PREFIX)" && rm -rf bin/percept share/man/man1/percept.1 share/man/man1/percept-*.1 \
		share/bash-completion/completions/percept share/zsh/site-functions/_percept \
		share/fish/vendor_completions.d/percept.fish share/doc/percept

deb: stage packaging-tools
	packaging/deb.sh $(STAGE) "$(DIST)"

tarball: stage
	packaging/tarball.sh $(STAGE) $(STATIC_BUILD)/checkouts "$(DIST)"

package-test: deb
	packaging/package_test.sh "$$(ls -t "$(DIST)"/percept_*.deb | head -n 1)" \
		"$(or $(PERCEPT_BINARY),$(STATIC_BUILD)/release/percept)"

# `sudo make install` often has no swift on its path: what was built before is installed then.
static:
ifeq ($(PERCEPT_BINARY),)
	@if command -v swift >/dev/null || ! [ -x $(STATIC_BUILD)/release/percept ]; then \
		$(MAKE) --no-print-directory packages && \
		swift build -c release --product percept --static-swift-stdlib --scratch-path $(STATIC_BUILD) $(STATIC_FLAGS); \
	fi
endif

stage: static staging-tools
	packaging/stage.sh "$(or $(PERCEPT_BINARY),$(STATIC_BUILD)/release/percept)" $(STAGE)

staging-tools:
	@if ! { command -v python3 && command -v strip; } >/dev/null; then \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq python3 binutils; \
	fi

# lintian only checks the package.
packaging-tools:
	@sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); export DEBIAN_FRONTEND=noninteractive; \
	command -v dpkg-shlibdeps >/dev/null || { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq dpkg-dev; }; \
	command -v lintian >/dev/null || $$sudo apt-get install -y -qq lintian || echo "lintian cannot be installed" >&2

api:
	python3 Tests/PublicAPI/public_api.py write

media:
	python3 TestMedia/make_media.py

pictures: packages
	swift build -c release --product percept
	docs/make_pictures.sh "$$(swift build -c release --show-bin-path)/percept"

# The C libraries: installed when pkg-config does not find them.
packages:
	@command -v swift >/dev/null || { echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 1; }
	@if ! pkg-config --exists $(LIBRARIES) 2>/dev/null || [ -z "$(GIFLIB_HEADER)" ]; then \
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
