"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";

  /** An element with attributes and children; text is always text. */
  function element(name, attributes = {}, ...children) {
    return furnish(document.createElement(name), attributes, children);
  }

  function shape(name, attributes = {}, ...children) {
    return furnish(document.createElementNS(SVG, name), attributes, children);
  }

  function furnish(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  function parse(script) {
    return script ? JSON.parse(script.textContent) : {};
  }

  // Rounded down, so that what is shown as 0.98 is there as long as scores from 0.98 are.
  function formatScore(score) {
    return score === null ? "" : (Math.floor(score * 100 + 1e-9) / 100).toFixed(2);
  }

  function formatTime(seconds, withTenths) {
    const tenths = Math.floor(seconds * 10 + 1e-6);
    const whole = Math.floor(tenths / 10);
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    const pad = (number) => String(number).padStart(2, "0");
    const clock = (hours ? `${hours}:${pad(minutes)}` : `${minutes}`) + `:${pad(whole % 60)}`;
    return withTenths ? `${clock}.${tenths % 10}` : clock;
  }

  const page = parse(document.getElementById("page-data"));
  const looks = new Map((page.labels || []).map((label) => [label.label, label]));
  const shown = { boxes: true, masks: true, labels: true, threshold: 0, dropped: new Set() };
  const pictures = [];
  const tip = document.getElementById("tip");

  function look(label) {
    return looks.get(label) || { color: "#888888", ink: "#000000" };
  }

  function isShown(item) {
    return (item.score === null || item.score >= shown.threshold) && !shown.dropped.has(item.label);
  }

  function refresh() {
    for (const picture of pictures) picture.update();
  }

  // Keys move the focus among siblings, of which one at a time is in the order of tabulators.
  function rove(container, selector) {
    const members = () => [...container.querySelectorAll(selector)].filter((node) => !node.closest("[hidden]"));
    container.addEventListener("focusin", (event) => {
      const target = event.target.closest(selector);
      if (!target) return;
      for (const node of container.querySelectorAll(`${selector}[tabindex="0"]`)) node.tabIndex = -1;
      target.tabIndex = 0;
    });
    container.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      const list = members();
      const place = list.indexOf(event.target.closest(selector));
      if (place < 0) return;
      event.preventDefault();
      list[Math.min(Math.max(place + step, 0), list.length - 1)].focus();
    });
  }

  /** Keeps one member that is shown within reach of the tabulator. */
  function keepReachable(container, selector) {
    const members = [...container.querySelectorAll(selector)];
    const visible = members.filter((node) => !node.closest("[hidden]"));
    if (visible.some((node) => node.tabIndex === 0)) return;
    for (const node of members) node.tabIndex = -1;
    if (visible.length) visible[0].tabIndex = 0;
  }

  // ---- What is shown of all pictures

  function toggle(text, key) {
    const button = element("button", { type: "button", class: "toggle", "aria-pressed": "true", id: `show-${key}` }, text);
    button.addEventListener("click", () => {
      shown[key] = !shown[key];
      button.setAttribute("aria-pressed", String(shown[key]));
      refresh();
    });
    return button;
  }

  function thresholdControl() {
    const output = element("output", { for: "threshold" }, "0.00");
    const input = element("input", { type: "range", id: "threshold", min: 0, max: 1, step: 0.01, value: 0 });
    input.addEventListener("input", () => {
      shown.threshold = Number(input.value);
      output.value = shown.threshold.toFixed(2);
      refresh();
    });
    return element("div", { class: "group threshold" }, element("label", { for: "threshold" }, "Score from"), input, output);
  }

  function labelControl() {
    const chips = element("div", { class: "chips", role: "group", "aria-label": "Labels" });
    const boxes = page.labels.map((entry) => {
      const box = element("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => {
        shown.dropped[box.checked ? "delete" : "add"](entry.label);
        refresh();
      });
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = entry.color;
      chips.append(
        element("label", { class: "chip" }, box, swatch, element("bdi", {}, entry.label),
          element("span", { class: "count" }, String(entry.count))));
      return box;
    });
    const names = page.labels.map((entry) => entry.label);
    const isOffered = (index) => !boxes[index].closest("label").hidden;
    if (boxes.length > 2) {
      const all = element("button", { type: "button", class: "plain" }, "All or none");
      all.addEventListener("click", () => {
        const offered = boxes.filter((box, index) => isOffered(index));
        const isChecked = offered.some((box) => !box.checked);
        for (const box of offered) box.checked = isChecked;
        shown.dropped = new Set(names.filter((name, index) => !boxes[index].checked));
        refresh();
      });
      chips.append(all);
    }
    if (boxes.length > 20) {
      const search = element("input", { type: "search", id: "find-label", "aria-label": "Find a label", placeholder: "Find a label" });
      search.addEventListener("input", () => {
        const wanted = search.value.trim().toLowerCase();
        boxes.forEach((box, index) => {
          box.closest("label").hidden = !names[index].toLowerCase().includes(wanted);
        });
      });
      chips.prepend(search);
    }
    const isOpen = boxes.length <= 12 && window.innerWidth > 640;
    return element("details", { class: "labels", open: isOpen }, element("summary", {}, `Labels (${boxes.length})`), chips);
  }

  function themeControl() {
    const select = element("select", { id: "theme", "aria-label": "Theme" },
      ...[["", "Auto"], ["light", "Light"], ["dark", "Dark"]].map(([value, text]) => element("option", { value }, text)));
    select.addEventListener("change", () => {
      if (select.value) document.documentElement.dataset.theme = select.value;
      else delete document.documentElement.dataset.theme;
    });
    return element("div", { class: "group end" }, select);
  }

  const controls = document.getElementById("controls");
  if (page.labels && page.labels.length) {
    controls.append(
      element("div", { class: "group" }, toggle("Boxes", "boxes"), toggle("Masks", "masks"), toggle("Labels", "labels")),
      thresholdControl(), themeControl(), labelControl());
  } else {
    controls.append(themeControl());
    controls.classList.add("bare");
  }
  controls.hidden = false;
  // What is held at the top hides what is scrolled to.
  const measure = () => {
    const height = getComputedStyle(controls).position === "sticky" ? controls.offsetHeight : 0;
    document.documentElement.style.setProperty("--controls-height", `${height}px`);
  };
  if (window.ResizeObserver) new ResizeObserver(measure).observe(controls);
  window.addEventListener("resize", measure);
  measure();

  // ---- Pictures

  class Picture {
    constructor(card, medium) {
      this.items = card.items.map((item, index) => ({ ...item, index }));
      this.width = Math.max(1, card.width || 1);
      this.height = Math.max(1, card.height || 1);
      this.pinned = null;
      this.frame = this.makeFrame(card, medium);
      const stage = element("figure", { class: "stage" }, this.frame);
      this.count = element("span", { class: "count" });
      this.list = element("ul", { class: "results", "aria-label": `Results in ${card.name}` });
      for (const item of this.items) this.list.append(this.makeRow(item));
      rove(this.list, ".result");
      this.side = element("div", { class: "side" });
      if (this.items.length) {
        const kinds = new Set(this.items.map((item) => item.kind));
        const title = kinds.size > 1 ? "Objects and segments" : kinds.has("segment") ? "Segments" : "Objects";
        this.side.append(
          element("section", {}, element("div", { class: "head" }, element("h3", {}, title), this.count), this.list));
      }
      const isWide = this.width > 2.5 * this.height;
      this.root = element("div", { class: isWide ? "columns wide" : "columns" }, stage, this.side);
      pictures.push(this);
      this.update();
    }

    makeFrame(card, medium) {
      const frame = element("div", { class: medium ? "frame" : "frame blank" });
      frame.style.aspectRatio = `${this.width} / ${this.height}`;
      // No picture is higher than the window, but for one that would be a mere strip then; none is blown up to blocks.
      const least = `min(${this.width}px, 18rem)`;
      const most = `max(12rem, ${4 * this.width}px)`;
      frame.style.maxWidth = `min(max(82vh * ${this.width / this.height}, ${least}), ${most})`;
      if (medium) {
        const names = [...new Set(this.items.map((item) => item.label))].slice(0, 10).join(", ");
        const image = element("img", { alt: names ? `${card.name}: ${names}` : card.name, decoding: "async" });
        image.src = URL.createObjectURL(medium);
        frame.append(image);
      }
      const svg = shape("svg", {
        viewBox: `0 0 ${this.width} ${this.height}`, preserveAspectRatio: "none", "aria-hidden": "true",
      });
      this.plates = element("div", { class: "plates", "aria-hidden": "true" });
      for (const item of this.items) {
        item.area = item.box ? (item.box[2] - item.box[0]) * (item.box[3] - item.box[1]) : Infinity;
        item.isOutside = Boolean(item.box)
          && (item.box[0] >= this.width || item.box[1] >= this.height || item.box[2] <= 0 || item.box[3] <= 0);
      }
      // The smallest on top, so that each can be pointed at.
      for (const item of [...this.items].sort((one, other) => other.area - one.area)) {
        const nodes = [this.makeMask(item), ...this.makeBox(item)].filter(Boolean);
        for (const node of nodes) {
          if (!node.classList.contains("halo")) this.listen(node, item);
          svg.append(node);
        }
        item.nodes = nodes;
        item.plate = this.makePlate(item);
        if (item.plate) this.plates.append(item.plate);
      }
      frame.append(svg, this.plates);
      if (window.ResizeObserver) new ResizeObserver(() => this.measurePlates()).observe(frame);
      return frame;
    }

    measurePlates() {
      this.frameSize = [this.frame.clientWidth, this.frame.clientHeight];
      for (const item of this.items) {
        if (item.plate) item.plateSize = [item.plate.offsetWidth, item.plate.offsetHeight];
      }
      this.placePlates();
    }

    // The surest and smallest first, each where it covers no other, until they would hide the picture. What finds no room is seen when it
    // is pointed at, or chosen in the list.
    placePlates() {
      if (!this.frameSize || !this.frameSize[0]) return;
      const taken = [];
      let room = 0.25 * this.frameSize[0] * this.frameSize[1];
      const rank = (item) => [item.score === null ? 1 : item.score, -item.area];
      const wanted = this.items.filter((item) => item.plate && isShown(item));
      wanted.sort((one, other) => {
        const [first, second] = [rank(one), rank(other)];
        return second[0] - first[0] || second[1] - first[1] || one.index - other.index;
      });
      for (const item of wanted) {
        const places = this.platePlaces(item);
        const need = item.plateSize[0] * item.plateSize[1];
        // The first has its place even where it is large.
        const mayBePlaced = !item.isOutside && (need <= room || !taken.length);
        const free = mayBePlaced && places.find((place) => !taken.some((other) => overlap(place, other)));
        if (free) {
          taken.push(free);
          room -= need;
        }
        item.hasRoom = Boolean(free);
        const [x, y] = free || places[0];
        item.plate.style.left = `${(x / this.frameSize[0]) * 100}%`;
        item.plate.style.top = `${(y / this.frameSize[1]) * 100}%`;
      }
      this.showPlates();
    }

    /** Where a plate may lie within the frame, the best first: above its box, in it where that is large, below it. */
    platePlaces(item) {
      const [frameWidth, frameHeight] = this.frameSize;
      const [width, height] = item.plateSize;
      const clamp = (value, most) => Math.max(0, Math.min(value, most));
      const [left, right] = [0, 2].map((at) => clamp((item.box[at] / this.width) * frameWidth, frameWidth));
      const [top, bottom] = [1, 3].map((at) => clamp((item.box[at] / this.height) * frameHeight, frameHeight));
      const columns = [left, right - width];
      const isLarge = bottom - top > 2 * height && right - left >= width;
      const rows = [top - height, ...(isLarge ? [top] : []), bottom, ...(isLarge ? [bottom - height] : [])]
        .filter((y) => y >= 0 && y + height <= frameHeight);
      if (!rows.length) rows.push(clamp(top, Math.max(0, frameHeight - height)));
      return rows.flatMap((y) => columns.map((x) => [clamp(x, Math.max(0, frameWidth - width)), y, width, height]));
    }

    showPlates() {
      for (const item of this.items) {
        if (!item.plate) continue;
        const isSeen = isShown(item) && (item === this.active || (shown.labels && item.hasRoom));
        item.plate.classList.toggle("away", !isSeen);
      }
    }

    makeMask(item) {
      if (!item.path) return null;
      const color = look(item.label).color;
      return shape("path", {
        class: "shape mask", d: item.path, "fill-rule": "evenodd", fill: color, stroke: color,
        transform: `scale(${item.scale[0]} ${item.scale[1]})`,
      });
    }

    makeBox(item) {
      if (!item.box || item.path) return [];
      const [x, y, right, bottom] = item.box;
      const place = { x, y, width: right - x, height: bottom - y };
      const color = look(item.label).color;
      const classes = item.kind === "segment" ? "shape box unsaved" : "shape box";
      return [shape("rect", { class: "halo", ...place }),
        shape("rect", { class: classes, ...place, fill: color, stroke: color })];
    }

    makePlate(item) {
      if (!item.box) return null;
      const score = item.score === null ? null : element("span", {}, ` ${formatScore(item.score)}`);
      const plate = element("span", { class: "plate away" }, element("bdi", {}, item.label), score);
      const { color, ink } = look(item.label);
      plate.style.background = color;
      plate.style.color = ink;
      return plate;
    }

    makeRow(item) {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = look(item.label).color;
      const kind = item.kind === "segment" && this.items.some((other) => other.kind !== "segment") ? "segment" : null;
      const button = element("button", { type: "button", class: "result", tabindex: -1, "aria-pressed": "false" },
        swatch,
        element("span", {}, element("bdi", {}, item.label), kind && element("span", { class: "kind" }, kind)),
        element("span", { class: "score" }, formatScore(item.score)));
      button.addEventListener("focus", () => this.highlight(item));
      button.addEventListener("blur", () => this.highlight(this.pinned));
      button.addEventListener("pointerenter", () => this.highlight(item));
      button.addEventListener("pointerleave", () => this.highlight(this.pinned));
      button.addEventListener("click", () => this.pin(item));
      button.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.pinned) this.pin(this.pinned);
      });
      item.button = button;
      item.row = element("li", {}, button);
      return item.row;
    }

    listen(node, item) {
      node.addEventListener("pointermove", (event) => showTip(item, event.clientX, event.clientY));
      node.addEventListener("pointerenter", () => {
        this.highlight(item);
        this.reveal(item);
      });
      node.addEventListener("pointerleave", () => {
        tip.hidden = true;
        this.highlight(this.pinned);
      });
      node.addEventListener("click", () => this.pin(item));
    }

    // Within the list alone: the page stays where it is.
    reveal(item) {
      const [list, row] = [this.list.getBoundingClientRect(), item.row.getBoundingClientRect()];
      if (row.top < list.top) this.list.scrollTop -= list.top - row.top;
      else if (row.bottom > list.bottom) this.list.scrollTop += row.bottom - list.bottom;
    }

    pin(item) {
      this.pinned = this.pinned === item ? null : item;
      for (const other of this.items) other.button.setAttribute("aria-pressed", String(other === this.pinned));
      this.highlight(this.pinned || item);
    }

    highlight(item) {
      this.active = item;
      this.frame.classList.toggle("focused", Boolean(item));
      for (const other of this.items) {
        const isActive = other === item;
        for (const node of [...other.nodes, other.plate, other.button]) {
          if (node) node.classList.toggle("active", isActive);
        }
      }
      this.showPlates();
    }

    update() {
      let count = 0;
      for (const item of this.items) {
        const isVisible = isShown(item);
        if (isVisible) count += 1;
        item.row.hidden = !isVisible;
        for (const node of item.nodes) {
          const isWanted = node.classList.contains("mask") ? shown.masks : shown.boxes;
          node.style.display = isVisible && isWanted ? "" : "none";
        }
      }
      if (this.pinned && !isShown(this.pinned)) this.pin(this.pinned);
      this.highlight(this.pinned);
      this.placePlates();
      keepReachable(this.list, ".result");
      this.count.textContent = count === this.items.length ? String(count) : `${count} of ${this.items.length}`;
    }
  }

  function overlap([x, y, width, height], [left, top, otherWidth, otherHeight]) {
    return x < left + otherWidth && left < x + width && y < top + otherHeight && top < y + height;
  }

  function showTip(item, x, y) {
    tip.replaceChildren(element("bdi", {}, item.label), item.score === null ? "" : ` ${formatScore(item.score)}`);
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(x + 14, window.innerWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 18, window.innerHeight - tip.offsetHeight - 4))}px`;
  }

  // ---- Recordings

  class Recording {
    constructor(card, medium) {
      this.duration = card.duration || 0;
      this.withTenths = this.duration < 600;
      this.lines = [];
      this.current = null;
      this.root = element("div", { class: "recording" });
      this.player = element("div", { class: "player" });
      if (card.waveform) this.player.append(this.makeWave(card), this.makeRuler());
      if (medium) this.player.append(this.makeAudio(card, medium));
      if (medium && card.copy) {
        this.player.append(element("p", { class: "copy" }, `Played from a copy: ${card.copy.join(" · ")}`));
      }
      this.root.append(this.player);
      for (const transcript of card.transcripts) this.root.append(this.makeTranscript(transcript));
      if (medium && this.lines.length > 12) this.player.classList.add("held");
      this.follow();
    }

    makeAudio(card, medium) {
      this.audio = element("audio", { controls: true, preload: "metadata", "aria-label": card.name });
      for (const event of ["timeupdate", "seeking", "seeked", "loadedmetadata"]) {
        this.audio.addEventListener(event, () => this.follow());
      }
      this.audio.addEventListener("play", () => this.run());
      this.audio.addEventListener("error", () => {
        this.player.append(element("p", { class: "note" }, "This browser cannot play the recording."));
      });
      this.audio.src = URL.createObjectURL(medium);
      return this.audio;
    }

    makeWave(card) {
      const { minimum, maximum, rms } = card.waveform;
      const count = maximum.length;
      const loudest = Math.max(50, ...maximum.map(Math.abs), ...minimum.map(Math.abs));
      const y = (value) => Math.round(500 - (value / loudest) * 470);
      const outline = (upper, lower) => {
        const above = upper.map((value, index) => `L${index} ${y(value)}L${index + 1} ${y(value)}`).join("");
        const below = lower.map((value, index) => `L${index + 1} ${y(value)}L${index} ${y(value)}`).reverse().join("");
        return `M0 500${above}${below}Z`;
      };
      const svg = shape("svg", { viewBox: `0 0 ${count} 1000`, preserveAspectRatio: "none", "aria-hidden": "true" },
        shape("line", { class: "axis", x1: 0, x2: count, y1: 500, y2: 500 }),
        shape("path", { class: "peak", d: outline(maximum, minimum) }),
        shape("path", { class: "core", d: outline(rms, rms.map((value) => -value)) }));
      this.heard = element("div", { class: "heard", hidden: true });
      this.played = element("div", { class: "played" });
      this.playhead = element("div", { class: "playhead" });
      this.wave = element("div", { class: "wave" }, svg, this.heard, this.played, this.playhead);
      if (card.mediaType) this.makeSeekable(card);
      return this.wave;
    }

    makeSeekable(card) {
      furnish(this.wave, {
        role: "slider", tabindex: 0, "aria-label": `Position in ${card.name}`, "aria-valuemin": 0,
        "aria-valuemax": this.duration.toFixed(2), "aria-valuenow": 0,
      }, []);
      const seek = (event) => {
        const place = this.wave.getBoundingClientRect();
        this.seek(((event.clientX - place.left) / Math.max(1, place.width)) * this.duration);
      };
      this.wave.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        this.wave.setPointerCapture(event.pointerId);
        seek(event);
      });
      this.wave.addEventListener("pointermove", (event) => {
        if (this.wave.hasPointerCapture(event.pointerId)) seek(event);
      });
      this.wave.addEventListener("keydown", (event) => {
        const now = this.audio.currentTime;
        const step = this.duration < 60 ? 1 : 5;
        const target = {
          ArrowLeft: now - step, ArrowRight: now + step, ArrowDown: now - step, ArrowUp: now + step,
          PageDown: now - 10 * step, PageUp: now + 10 * step, Home: 0, End: this.duration,
        }[event.key];
        if (event.key === " ") {
          if (this.audio.paused) this.audio.play();
          else this.audio.pause();
        } else if (target === undefined) {
          return;
        } else {
          this.seek(target);
        }
        event.preventDefault();
      });
    }

    makeRuler() {
      return element("div", { class: "ruler", "aria-hidden": "true" },
        ...[0, 0.25, 0.5, 0.75, 1].map((part) => element("span", {}, formatTime(part * this.duration, this.duration < 20))));
    }

    makeTranscript(transcript) {
      const root = element("section", { class: "transcript", "aria-label": "Transcript" });
      if (!transcript.chunks.length) {
        root.append(element("p", { dir: "auto" }, transcript.text));
        return root;
      }
      const length = transcript.chunks.reduce((sum, [text]) => sum + text.length, 0);
      const areWords = length / transcript.chunks.length < 14 && transcript.chunks.length > 3;
      const lines = areWords ? this.wordLines(transcript.chunks) : transcript.chunks.map((chunk) => [chunk]);
      const pieceLength = 60;
      for (let start = 0; start < lines.length; start += pieceLength) {
        const piece = element("ol", { class: "piece" });
        for (const chunks of lines.slice(start, start + pieceLength)) piece.append(this.makeLine(chunks));
        root.append(piece);
      }
      rove(root, "button.time");
      keepReachable(root, "button.time");
      return root;
    }

    // Words with a time each are read as lines that end with a sentence, or in a pause.
    wordLines(chunks) {
      const lines = [[]];
      chunks.forEach((chunk, index) => {
        const line = lines[lines.length - 1];
        line.push(chunk);
        const next = chunks[index + 1];
        const pause = next && next[1] !== null && chunk[2] !== null ? next[1] - chunk[2] : 0;
        const isEnd = /[.!?。！？؟]["'”’)]*\s*$/.test(chunk[0]) && line.length > 4;
        if (next && (isEnd || pause > 1 || line.length >= 40)) lines.push([]);
      });
      return lines;
    }

    makeLine(chunks) {
      const start = chunks[0][1];
      const node = element("li", { class: "line" }, this.makeTime(start));
      const text = element("span", { dir: "auto" });
      if (chunks.length === 1) {
        text.append(chunks[0][0]);
        this.lines.push({ node, start, end: chunks[0][2] });
      } else {
        const areApart = !chunks.some(([word]) => /^\s/.test(word));
        chunks.forEach(([word, from, to], index) => {
          const button = element(this.canSeek(from) ? "button" : "span",
            { class: "word", type: this.canSeek(from) ? "button" : null, tabindex: this.canSeek(from) ? -1 : null }, word);
          button.addEventListener("click", () => this.seek(from));
          text.append(...(areApart && index ? [" ", button] : [button]));
          this.lines.push({ node: button, start: from, end: to });
        });
      }
      node.append(text);
      return node;
    }

    canSeek(time) {
      return time !== null && Boolean(this.audio);
    }

    makeTime(start) {
      if (start === null) return element("span", { class: "time" }, "–");
      const text = formatTime(start, this.withTenths);
      if (!this.canSeek(start)) return element("span", { class: "time" }, text);
      const button = element("button", { type: "button", class: "time", tabindex: -1, "data-start": start,
        "aria-label": `Go to ${text}` }, text);
      button.addEventListener("click", () => this.seek(start));
      return button;
    }

    seek(time) {
      if (!this.audio) return;
      this.audio.currentTime = Math.min(Math.max(time, 0), Math.max(0, this.duration - 0.01));
      this.follow();
    }

    run() {
      this.follow();
      if (!this.audio.paused && !this.audio.ended) requestAnimationFrame(() => this.run());
    }

    follow() {
      const now = this.audio ? this.audio.currentTime : 0;
      if (this.wave && this.duration) {
        const share = `${Math.min(1, now / this.duration) * 100}%`;
        this.played.style.width = share;
        this.playhead.style.left = share;
        this.playhead.hidden = !this.audio;
        if (this.audio) {
          this.wave.setAttribute("aria-valuenow", now.toFixed(2));
          this.wave.setAttribute("aria-valuetext", `${formatTime(now, true)} of ${formatTime(this.duration, true)}`);
        }
      }
      const line = this.audio && (now > 0 || !this.audio.paused) ? this.lineAt(now) : null;
      if (line === this.current) return;
      if (this.current) this.current.node.classList.remove("now");
      if (line) line.node.classList.add("now");
      this.current = line;
      if (!this.heard) return;
      this.heard.hidden = !line || line.end === null;
      if (line && line.end !== null) {
        this.heard.style.left = `${(line.start / this.duration) * 100}%`;
        this.heard.style.width = `${((line.end - line.start) / this.duration) * 100}%`;
      }
    }

    lineAt(time) {
      let found = null;
      for (const line of this.lines) {
        if (line.start === null || line.start > time + 0.02) continue;
        if (line.end === null || time < line.end) found = line;
      }
      return found;
    }
  }

  // ---- Cards

  function decoded(script, type) {
    if (!script) return null;
    const text = script.textContent;
    const bytes = Uint8Array.fromBase64
      ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    script.remove();
    return new Blob([bytes], { type });
  }

  function facts(card) {
    const line = element("p", { class: "facts" });
    if (card.source) line.append(element("span", {}, card.source.join(" · ")));
    const upload = card.uploads.find((candidate) => candidate.sent);
    if (upload) line.append(element("span", {}, "→ sent: ", element("strong", {}, upload.sent.join(" · ")), share(upload)));
    return line.childNodes.length ? line : null;
  }

  function share(upload) {
    if (!upload.sourceByteCount) return "";
    const percent = (upload.byteCount / upload.sourceByteCount) * 100;
    return ` (${percent < 10 ? percent.toFixed(1) : Math.round(percent)}\u00A0%)`;
  }

  function sentDetails(card) {
    if (!card.uploads.length) return null;
    const details = element("details", { class: "sent" }, element("summary", {}, "What was sent, and its receipt"));
    for (const upload of card.uploads) {
      details.append(element("h3", {}, upload.task));
      if (upload.sent) {
        const before = card.source ? `${card.source.join(" · ")} → ` : "";
        details.append(element("p", {}, `${before}${upload.sent.join(" · ")}${share(upload)}`));
      }
      if (upload.receipt) {
        details.append(element("pre", { tabindex: 0, "aria-label": "Receipt" }, JSON.stringify(upload.receipt, null, 2)));
      }
    }
    return details;
  }

  function classList(classes) {
    const list = element("ol", {});
    for (const entry of classes) {
      const fill = element("span");
      fill.style.width = `${Math.min(Math.max(entry.score || 0, 0), 1) * 100}%`;
      list.append(element("li", { class: "class" }, element("bdi", {}, entry.label),
        element("span", { class: "score" }, formatScore(entry.score)),
        entry.score === null ? null : element("span", { class: "bar", "aria-hidden": "true" }, fill)));
    }
    return element("section", { class: "classes" },
      element("div", { class: "head" }, element("h3", {}, "Classes")), list);
  }

  function build(article) {
    if (article.classList.contains("built")) return;
    article.classList.add("built");
    const card = parse(article.querySelector("script.data"));
    const medium = decoded(article.querySelector("script.medium"), card.mediaType);
    const parts = [facts(card)];
    if (card.notes.length) {
      parts.push(element("ul", { class: "notes" }, ...card.notes.map((note) => element("li", { class: "note", dir: "auto" }, note))));
    }
    if (card.kind === "picture") {
      const picture = new Picture(card, medium);
      if (card.classes.length) picture.side.append(classList(card.classes));
      if (!picture.side.childNodes.length) picture.root.classList.add("single");
      parts.push(picture.root);
      for (const transcript of card.transcripts) parts.push(element("p", { dir: "auto" }, transcript.text));
    } else {
      if (card.waveform || card.transcripts.length) parts.push(new Recording(card, medium).root);
      if (card.classes.length) parts.push(classList(card.classes));
    }
    parts.push(sentDetails(card));
    article.append(...parts.filter(Boolean));
  }

  const cards = [...document.querySelectorAll(".card")];
  if (window.IntersectionObserver) {
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        observer.unobserve(entry.target);
        build(entry.target);
      }
    }, { rootMargin: "800px 0px" });
    for (const card of cards) observer.observe(card);
  } else {
    cards.forEach(build);
  }
  window.addEventListener("beforeprint", () => cards.forEach(build));
})();
