# Builds the command from source. For a tap: copy it to Formula/percept.rb there, with the URL and the checksum of a
# release. `brew install --HEAD ./percept.rb` needs neither.
class Percept < Formula
  desc "Send recordings and images to an inference service and map the results back"
  homepage "https://github.com/percept/percept"
  license "MIT"
  head "https://github.com/percept/percept.git", branch: "main"

  depends_on "pkgconf" => :build
  depends_on xcode: ["26.0", :build] # Swift 6.2
  depends_on "flac"
  depends_on "fontconfig"
  depends_on "freetype"
  depends_on "giflib"
  depends_on "jpeg-turbo"
  depends_on "libheif"
  depends_on "libpng"
  depends_on "libraqm"
  depends_on "libsndfile"
  depends_on "libtiff"
  depends_on "libvorbis"
  depends_on "little-cms2"
  depends_on macos: :sequoia
  depends_on "mpg123"
  depends_on "opusfile"
  depends_on "webp"

  uses_from_macos "python" => :build
  uses_from_macos "sqlite"

  def install
    # The sandbox of SwiftPM does not work in that of Homebrew.
    system "swift", "build", "--disable-sandbox", "-c", "release", "--product", "percept"
    system "packaging/stage.sh", ".build/release/percept", "stage"
    bin.install "stage/bin/percept"
    man1.install Dir["stage/share/man/man1/*.1"]
    bash_completion.install "stage/share/bash-completion/completions/percept"
    zsh_completion.install "stage/share/zsh/site-functions/_percept"
    fish_completion.install "stage/share/fish/vendor_completions.d/percept.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/percept --version") unless build.head?
    # A WAV file of one silent sample: RIFF, fmt and data.
    (testpath/"silence.wav").binwrite(
      ["RIFF", 38, "WAVE", "fmt ", 16, 1, 1, 8000, 16_000, 2, 16, "data", 2, 0]
        .pack("a4Va4a4VvvVVvva4Vs"),
    )
    assert_match "8000", shell_output("#{bin}/percept inspect --json silence.wav")
  end
end
