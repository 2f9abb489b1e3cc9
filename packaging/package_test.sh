#!/usr/bin/env bash
# usage: package_test.sh PERCEPT.deb PERCEPT
# Installs the package in a bare Debian 12 and compares what it does there with the command PERCEPT, which was built
# here. Needs root. The root folder is kept in ${TMPDIR:-/tmp}/percept-package-test for the next run.
#
# Inside, the command runs as nobody, with PATH as its whole environment, in a folder that cannot be written to, and
# without a network: only the loopback interface is up. Then packages are removed one by one: everything else works,
# and one sentence names the package that is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
deb=$(readlink -f "$1") percept=$(readlink -f "$2") media=$here/../TestMedia
[ "$(id -u)" = 0 ] || exec sudo TMPDIR="${TMPDIR:-/tmp}" "$0" "$deb" "$percept"
[ "$(dpkg --print-architecture 2>/dev/null)" ] || { echo "a Debian system is needed for this test" >&2; exit 1; }
for program in debootstrap unshare ip; do
    command -v $program >/dev/null || { apt-get update -qq; apt-get install -y -qq debootstrap util-linux iproute2 >/dev/null; break; }
done

work=${TMPDIR:-/tmp}/percept-package-test
pristine=$work/debian12 root=$work/root
mkdir -p "$work"
failures=0
fail() { echo "FAILED: $*" >&2; failures=$((failures + 1)); }

# The temporary folder of this system does not exist there.
inside() { env -u TMPDIR DEBIAN_FRONTEND=noninteractive chroot "$@"; }

# The mirror and the settings of apt that this system uses.
mirror=$(awk '/^deb /{for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}} /^URIs:/{print $2; exit}' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true)
if ! [ -e "$pristine/finished" ]; then
    rm -rf "$pristine"
    debootstrap --variant=minbase bookworm "$pristine" "${mirror:-http://deb.debian.org/debian}" > "$work/debootstrap.log" ||
        { tail -n 3 "$work/debootstrap.log" >&2; exit 1; }
    # All of this system's sources, or none: debootstrap has written one of its own.
    if cp /etc/apt/sources.list.d/*.sources "$pristine/etc/apt/sources.list.d/" 2>/dev/null; then
        rm -f "$pristine/etc/apt/sources.list"
    fi
    cp -r /etc/apt/apt.conf.d/. "$pristine/etc/apt/apt.conf.d/" 2>/dev/null || true
    inside "$pristine" apt-get update -qq
    touch "$pristine/finished"
fi
rm -rf "$root"
cp -a "$pristine" "$root"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
cp "$deb" "$root/tmp/percept.deb"
inside "$root" apt-get install -y -qq --no-install-recommends /tmp/percept.deb \
    > "$work/install.log" 2>&1 || { tail -n 5 "$work/install.log" >&2; exit 1; }
mkdir -p "$root/srv/percept"
cp -R "$media" "$here/demo.sh" "$root/srv/percept/"
tar -C "$media" -cf "$root/srv/percept/archive.tar" images/scene.png
printf '\0\0\0\030ftypM4A \0\0\0\0M4A isom\0\0\0\010mdat' > "$root/srv/percept/phone.m4a"
chmod -R go+rX "$root/srv/percept"

# Runs a script as nobody, isolated as described above; its file system is read-only but for /tmp.
isolated() {
    unshare --net --mount bash -c '
        ip link set lo up
        mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
        mount -t tmpfs tmpfs "$0/tmp" -o mode=1777
        mount -t proc proc "$0/proc"
        exec timeout 120 chroot --userspec=nobody:nogroup "$0" /usr/bin/env -i PATH=/usr/bin:/bin \
            sh -c "cd /srv/percept || exit; $1"' "$root" "$1"
}

# What differs from run to run: the port, and the folder of the output.
normalized() { sed -E 's/127\.0\.0\.1:[0-9]+/127.0.0.1:PORT/g; s#(/[^ ]*)?/percept-out#OUT#g; s#^  [^ ]*percept #  percept #'; }

demo='bash demo.sh percept TestMedia /tmp/percept-out'
sums='cd /tmp/percept-out && find . -type f ! -name endpoint.log | LC_ALL=C sort | xargs sha256sum'
(
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    mkdir "$folder/bin" && cp "$percept" "$folder/bin/percept"
    cd "$media/.." && PATH=$folder/bin:$PATH bash "$here/demo.sh" percept TestMedia "$folder/percept-out"
    echo FILES
    cd "$folder/percept-out" && find . -type f ! -name endpoint.log | LC_ALL=C sort | xargs sha256sum
) > "$work/built.log" 2>&1 || fail "the demo, built"

# Compares the demo inside with the one here, apart from lines that match a pattern.
compare() {
    local what=$1 ignored=$2
    isolated "$demo && echo FILES && $sums" > "$work/installed.log" 2>&1 ||
        { tail -n 5 "$work/installed.log"; fail "$what, installed"; return; }
    if diff <(normalized < "$work/built.log" | grep -v "$ignored") \
        <(normalized < "$work/installed.log" | grep -v "$ignored") > "$work/demo.diff"; then
        echo "$what: $(wc -l < "$work/installed.log") lines and $(sed '1,/^FILES/d' "$work/installed.log" |
            grep -vc "$ignored") files as built"
    else
        head -n 20 "$work/demo.diff"
        fail "$what: the installed command differs from the built one"
    fi
}
# Labels are drawn with libraqm, which is only recommended, and with the default font.
compare "the demo" ' \./photo-annotated\.jpg$'

# Expects a command in the bare root to fail with one line that names a package, and all others to work.
expect() {
    local what=$1 package=$2 command=$3 status=0
    isolated "$command" > "$work/out.log" 2> "$work/err.log" || status=$?
    local lines
    lines=$(grep -c . "$work/err.log" || true)
    if [ "$package" = - ]; then
        [ "$status" = 0 ] || { cat "$work/err.log"; fail "$what"; return; }
        echo "$what: works"
    elif grep -q "$package" "$work/err.log" && [ "$lines" = 1 ]; then
        echo "$what: $(cat "$work/err.log")"
    else
        cat "$work/err.log"
        fail "$what: no sentence that names $package (exit $status)"
    fi
}
without() { inside "$root" dpkg --purge --force-depends "$@" > "$work/purge.log" 2>&1 || { cat "$work/purge.log"; fail "cannot remove $*"; }; }

annotate='printf %s "[{\"label\":\"ball\",\"score\":0.9,\"box\":{\"xmin\":9,\"ymin\":9,\"xmax\":90,\"ymax\":90}}]" > /tmp/boxes.json && percept annotate TestMedia/images/scene.png --detections /tmp/boxes.json -o /tmp/boxes.png'
ask='percept transcribe TestMedia/audio/kitchen-48000-mono.wav --retries 0 --endpoint'
expect "the version" - "percept --version"
without_proc=$(env -u TMPDIR chroot --userspec=nobody:nogroup "$root" /usr/bin/env -i PATH=/usr/bin:/bin percept --version)
[ "$without_proc" = "$("$percept" --version)" ] || fail "the version without /proc: $without_proc"
expect "the report of versions" - "percept --version --verbose"
expect "the manual" - "test -s /usr/share/man/man1/percept-transcribe.1.gz || test -d /usr/share/man"
expect "a report on a file of ffmpeg's" ffmpeg "percept inspect phone.m4a"
without fonts-dejavu-core
expect "labels without fonts" - "$annotate"
expect "a font that is asked for without fonts" fonts-dejavu-core "$annotate --font 'DejaVu Sans'"
without ca-certificates
# A connection is needed before certificates are: to the endpoint of the demo, which does not speak TLS.
expect "https without ca-certificates" ca-certificates "
    percept endpoint --tape TestMedia/tapes/demo.json > /tmp/url 2>/dev/null & server=\$!
    for i in 1 2 3 4 5 6 7 8 9 10; do [ -s /tmp/url ] || sleep 0.5; done
    url=\$(sed s/http:/https:/ /tmp/url); status=0
    $ask \$url || status=\$?; kill \$server; exit \$status"
without libarchive13
expect "files without libarchive13" - "percept inspect TestMedia/images/scene.png"
expect "an archive without libarchive13" libarchive13 "percept inspect archive.tar"
without libcurl4
expect "a request without libcurl4" libcurl4 "$ask http://127.0.0.1:9/"
expect "files without libcurl4" - "percept prepare TestMedia/audio/harbour-44100-stereo.flac -o /tmp/upload.flac"
{ isolated "percept --version --verbose" | grep missing || true; } | sed 's|^|  |'

inside "$root" apt-get install -y -qq --no-install-recommends --fix-broken > "$work/repair.log" 2>&1 || fail "the repair"
inside "$root" apt-get install -y -qq --no-install-recommends libraqm0 fontconfig > "$work/recommends.log" 2>&1 ||
    fail "the installation of libraqm0 and fontconfig"
font() { grep 'default font'; }
if [ "$(isolated "percept --version --verbose" | font)" = "$("$percept" --version --verbose | font)" ]; then
    compare "the demo with labels in a font" '^nothing$'
else
    echo "the demo with labels in a font: not compared, since the default font here is another"
fi

rm -rf "$root"
[ "$failures" = 0 ] || { echo "$failures failures; the logs are in $work" >&2; exit 1; }
echo "the package works in a bare Debian 12"
