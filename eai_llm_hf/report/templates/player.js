// The player of movements, and the links between it and the words next to it: one source for the report and the app.
//
// `start(section)` looks in a section for
//   script.movement   one or more movements as JSON (`player_data.movement`); several stand next to each other
//   .player           the empty element that gets the drawing and its controls; `data-autoplay` starts it, unless the
//                     reader prefers reduced motion
//   [data-rows]       words or buttons about claims, by the numbers of their rows: they show body parts and seek
//   [data-row]        what is marked while its claim is shown; a table row can be chosen as well
//   [data-seek]       buttons that seek a time in seconds
"use strict";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
const SIGNS = { for: "+ ", against: "\u2212 " };
const DASHES = [1.1, 0.7]; // of what speaks against the label: a dash and a gap, in widths of the line
const GRID = 0.5, GROUND = 1.6, EYE = 7; // metres: step and reach of the ground, distance of the viewer
const WIDTHS = { head: 0.07, trunk: 0.1, "left arm": 0.06, "right arm": 0.06, "left leg": 0.08, "right leg": 0.08 };

/** 16-bit integers, little-endian, from base64. */
function wholeNumbers(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Int16Array.from({ length: bytes.length / 2 }, (_, place) => view.getInt16(2 * place, true));
}

/** Projects a point for a viewer at `yaw` to the right who looks down by `pitch`: right, up and towards, in metres. */
function seen(x, y, z, yaw, pitch) {
  const right = Math.cos(yaw) * x + Math.sin(yaw) * z;
  const towards = Math.cos(yaw) * z - Math.sin(yaw) * x;
  return [right, Math.cos(pitch) * y - Math.sin(pitch) * towards, Math.sin(pitch) * y + Math.cos(pitch) * towards];
}

/** The claims to show at a time, or only the chosen ones at any time. */
function claimsAt(claims, seconds, chosen) {
  return claims.filter((claim) =>
    chosen.length ? chosen.includes(claim.row) : claim.shown && claim.start <= seconds && seconds <= claim.end);
}

/** The body parts of claims, each with the sides of their reasons: "for", "against", or "" where a claim is no reason. */
function sidesOf(claims) {
  const found = new Map();
  for (const claim of claims) for (const part of claim.parts) found.set(part, (found.get(part) ?? new Set()).add(claim.side));
  return found;
}

/** A colour `#RRGGBB`, mixed with white (share above 0) or black (below 0). */
function shade(colour, share) {
  const end = share > 0 ? 255 : 0;
  const mixed = [1, 3, 5].map((place) => {
    const channel = parseInt(colour.slice(place, place + 2), 16);
    return Math.round(channel + Math.abs(share) * (end - channel)).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}

class Movement {
  constructor(data) {
    Object.assign(this, data);
    this.places = wholeNumbers(data.joints);
    this.travelled = wholeNumbers(data.travel);
    this.reach = 0.5;
    this.top = 1;
    for (let at = 0; at < this.places.length; at += 3) {
      this.reach = Math.max(this.reach, Math.hypot(this.places[at], this.places[at + 2]) / 1000);
      this.top = Math.max(this.top, this.places[at + 1] / 1000);
    }
  }

  seconds(frame) {
    return this.start + frame / this.fps;
  }

  /** The frame at a time; the first or the last one where the movement has not begun or is over. */
  frame(seconds) {
    return Math.min(Math.max(Math.round((seconds - this.start) * this.fps), 0), this.frames - 1);
  }

  place(frame, joint) {
    const at = 3 * (frame * this.count + joint);
    return [this.places[at] / 1000, this.places[at + 1] / 1000, this.places[at + 2] / 1000];
  }

  joint(frame, joint, yaw, pitch) {
    return seen(...this.place(frame, joint), yaw, pitch);
  }
}

/**
 * Draws one frame of a movement around a point of the canvas; `marked` are the body parts to mark, with their sides.
 * What speaks against the label is dashed; where a part speaks for it as well, the dashes lie on its other colour.
 */
function drawFigure(context, movement, frame, view, centre, floor, scale, marked) {
  const { yaw, pitch } = view;
  const near = (towards) => EYE / (EYE - towards); // the perspective: what is nearer is larger
  const onScreen = ([right, up, towards]) => {
    const size = near(towards);
    return [centre + scale * size * right, floor - scale * (size * (up - 0.9) + 0.9)];
  };
  const stroke = (points, colour, width) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    points.forEach((point, number) => context[number ? "lineTo" : "moveTo"](...onScreen(point)));
    context.stroke();
  };
  context.lineCap = context.lineJoin = "round";

  // The ground: lines half a metre apart, which slide as the body moves and fade with the distance.
  const ground = (x, z) => seen(x, 0, z, yaw, pitch);
  const [east, north] = [movement.travelled[2 * frame] / 100, movement.travelled[2 * frame + 1] / 100];
  for (let a = -4; a <= 4; a++) {
    for (let b = -4; b < 4; b++) {
      for (const turned of [false, true]) {
        const along = GRID * a - ((turned ? north : east) % GRID), across = GRID * b - ((turned ? east : north) % GRID);
        const distance = Math.hypot(along, across + GRID / 2);
        if (distance >= GROUND) continue;
        context.globalAlpha = 1 - distance / GROUND;
        const ends = [across, across + GRID].map((end) => (turned ? ground(end, along) : ground(along, end)));
        stroke(ends, "#B4BCC8", 1);
      }
    }
  }
  // The path of the pelvis on the ground, from a second before to a second after.
  const path = [];
  for (let other = frame - movement.fps; other <= frame + movement.fps; other += 3) {
    const at = Math.round(Math.min(Math.max(other, 0), movement.frames - 1));
    path.push(ground(movement.travelled[2 * at] / 100 - east, movement.travelled[2 * at + 1] / 100 - north));
  }
  context.globalAlpha = 0.55;
  stroke(path, "#8A94A3", 2);

  const places = Array.from({ length: movement.count }, (_, joint) => movement.place(frame, joint));
  const points = places.map((place) => seen(...place, yaw, pitch));
  context.globalAlpha = 0.09;
  for (const [joint, parent] of movement.bones) {
    stroke([joint, parent].map((end) => ground(places[end][0], places[end][2])), "#111827", 0.09 * scale);
  }
  context.globalAlpha = 1;

  const parts = Object.keys(movement.parts);
  const depth = (part) => movement.parts[part].reduce((sum, joint) => sum + points[joint][2], 0) / movement.parts[part].length;
  const depths = Object.fromEntries(parts.map((part) => [part, depth(part)]));
  parts.sort((one, other) => depths[one] - depths[other]);
  for (const part of parts) {
    const own = marked.get(part) ?? new Set(), shown = own.size > 0, against = own.has("against");
    const side = ["for", "against"].find((each) => own.has(each));
    const colour = side ? movement.sides[side] : shown ? movement.highlight : movement.colours[part];
    const thick = Math.max(WIDTHS[part] * scale * (shown ? 1.15 : 1), 3) * near(depths[part]);
    const bones = movement.bones.filter((bone) => bone[2] === part).map(([joint, parent]) => [points[joint], points[parent]]);
    // From the back: an edge that parts limbs that cross, the limb, and light along it, which makes it round.
    const halo = shown ? shade(colour, 0.8) : "#FAFBFC";
    const round = (paint, dashes) => [[shade(paint, -0.25), thick, dashes], [paint, 0.75 * thick, dashes], [shade(paint, 0.3), 0.28 * thick, dashes]];
    const dashes = DASHES.map((length) => length * thick);
    const layers = [[halo, thick + (shown ? 9 : 4), []], ...(side === "against" ? [] : round(colour, []))];
    if (against) layers.push(...round(movement.sides.against, dashes));
    for (const [paint, width, pattern] of layers) {
      context.lineCap = pattern.length ? "butt" : "round";
      context.setLineDash(pattern);
      bones.forEach((bone) => stroke(bone, paint, width));
    }
    context.setLineDash([]);
    context.lineCap = "round";
    const ball = (point, radius, paint, edge) => {
      const [x, y] = onScreen(point);
      const light = context.createRadialGradient(x - 0.35 * radius, y - 0.35 * radius, 0.1 * radius, x, y, radius);
      light.addColorStop(0, shade(paint, 0.45));
      light.addColorStop(1, edge);
      context.fillStyle = light;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    };
    if (part === "head" && movement.head !== null) {
      const [right, up, towards] = points[movement.head];
      const radius = scale * movement.head_radius * near(towards);
      const centre = [right, up + 0.06, towards];
      if (shown) ball(centre, radius + 4, halo, halo);
      ball(centre, radius, colour, shade(colour, -0.3));
      if (against) { // a ring of dashes, as the head has no bone that one sees
        context.setLineDash([7, 4]);
        context.strokeStyle = movement.sides.against;
        context.lineWidth = 3;
        context.beginPath();
        context.arc(...onScreen(centre), radius + 4, 0, 2 * Math.PI);
        context.stroke();
        context.setLineDash([]);
      }
    } else if (part.startsWith("right")) { // hollow joints tell right from left without colours
      for (const joint of movement.parts[part]) ball(points[joint], 0.34 * thick, "#FFFFFF", "#FFFFFF");
    }
  }
}

/** Draws movements next to each other; `views` has yaw, pitch and zoom, `marked` the body parts of each movement, with their sides. */
function draw(canvas, movements, frames, view, marked) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !height) return; // not visible
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const slot = width / movements.length;
  const reach = Math.max(...movements.map((each) => each.reach)), top = Math.max(...movements.map((each) => each.top));
  const names = movements.some((each) => each.name) ? 22 : 0;
  const scale = view.zoom * Math.min(slot / (2 * reach + 0.5), (height - names) / (top + 0.5));
  movements.forEach((movement, number) => {
    const centre = slot * (number + 0.5);
    const floor = (height - names) / 2 + scale * (0.5 * top + 0.02);
    context.save();
    context.beginPath();
    context.rect(slot * number, 0, slot, height);
    context.clip();
    drawFigure(context, movement, frames[number], view, centre, floor, scale, marked[number]);
    if (movement.name) {
      context.fillStyle = "#1F2937";
      context.font = "600 14px system-ui, sans-serif";
      context.textAlign = "center";
      context.fillText(movement.name, centre, height - 7, slot - 12);
    }
    context.restore();
  });
}

/** Whether the reader prefers that nothing moves by itself. */
function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** A new element with attributes, and text or children. */
function made(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

/** A player of movements in an empty element, with a button for everything that the mouse can do. */
class Player {
  constructor(element, movements) {
    this.movements = movements;
    this.view = { yaw: movements[0].yaw, pitch: 0.16, zoom: 1 };
    this.first = Math.min(...movements.map((each) => each.start));
    this.last = Math.max(...movements.map((each) => each.seconds(each.frames - 1)));
    this.fps = movements[0].fps;
    this.now = movements[0].seconds(movements[0].opens);
    this.speed = 1;
    this.playing = false;
    this.chosen = [];
    this.watchers = [];
    this.build(element);
    this.show();
  }

  build(element) {
    const names = this.movements.map((each) => each.name).filter(Boolean).join(" and ");
    this.canvas = made("canvas", {
      tabindex: "0", role: "img",
      "aria-label": `The movement${names && ` of ${names}`} as an animated figure. Arrow keys turn and tilt it, plus and minus zoom, space plays.`,
    });
    const button = (text, name, act) => {
      const found = made("button", { type: "button", "aria-label": name, title: name }, text);
      found.addEventListener("click", act);
      return found;
    };
    this.button = button("Play", "Play", () => this.play(!this.playing));
    this.button.className = "play";
    this.slider = made("input", { type: "range", min: "0", max: String(Math.round((this.last - this.first) * this.fps)), step: "1", "aria-label": "Time in the recording" });
    this.time = made("span", { class: "number time" });
    const speed = made("select", { "aria-label": "Speed" }, ...SPEEDS.map((each) => made("option", { value: each }, `${each}×`)));
    speed.value = "1";
    speed.addEventListener("change", () => { this.speed = Number(speed.value); });
    this.words = made("p", { class: "now" });
    this.told = made("p", { class: "told", role: "status" });
    element.replaceChildren(
      this.canvas,
      made("div", { class: "controls" }, button("◂|", "One frame back", () => this.step(-1)), this.button,
        button("|▸", "One frame on", () => this.step(1)), this.slider, this.time),
      made("div", { class: "controls more" }, speed,
        button("↺", "Turn left", () => this.turn(-0.3, 0)), button("↻", "Turn right", () => this.turn(0.3, 0)),
        button("−", "Zoom out", () => this.zoom(1 / 1.25)), button("+", "Zoom in", () => this.zoom(1.25)),
        button("Reset", "Reset the view", () => this.reset())),
      this.words, this.told);
    this.slider.addEventListener("input", () => { this.play(false); this.seek(this.first + Number(this.slider.value) / this.fps); });
    this.listen();
  }

  listen() {
    const fingers = new Map();
    const spread = () => {
      const [one, other] = Array.from(fingers.values());
      return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    };
    this.canvas.addEventListener("pointerdown", (press) => {
      this.canvas.setPointerCapture(press.pointerId);
      fingers.set(press.pointerId, press);
    });
    this.canvas.addEventListener("pointermove", (move) => {
      const before = fingers.get(move.pointerId);
      if (!before) return;
      const apart = fingers.size === 2 ? spread() : 0;
      fingers.set(move.pointerId, move);
      if (fingers.size === 2) this.zoom(spread() / Math.max(apart, 1));
      else this.turn((before.clientX - move.clientX) / 150, (move.clientY - before.clientY) / 200);
    });
    for (const kind of ["pointerup", "pointercancel"]) this.canvas.addEventListener(kind, (lift) => fingers.delete(lift.pointerId));
    this.canvas.addEventListener("wheel", (roll) => { // the wheel scrolls the page, unless the drawing was chosen
      if (!roll.ctrlKey && document.activeElement !== this.canvas) return;
      roll.preventDefault();
      this.zoom(Math.exp(-roll.deltaY / 500));
    }, { passive: false });
    const keys = {
      ArrowLeft: () => this.turn(0.1, 0), ArrowRight: () => this.turn(-0.1, 0), ArrowUp: () => this.turn(0, 0.08),
      ArrowDown: () => this.turn(0, -0.08), "+": () => this.zoom(1.15), "=": () => this.zoom(1.15), "-": () => this.zoom(1 / 1.15),
      " ": () => this.play(!this.playing), ",": () => this.step(-1), ".": () => this.step(1), Home: () => this.seek(this.first), End: () => this.seek(this.last),
    };
    this.canvas.addEventListener("keydown", (press) => {
      if (!keys[press.key] || press.ctrlKey || press.metaKey || press.altKey) return;
      press.preventDefault();
      keys[press.key]();
    });
    new ResizeObserver(() => { // also when a tab with the player is opened
      this.words.style.minHeight = "";
      this.show();
    }).observe(this.canvas);
  }

  show() {
    const frames = this.movements.map((each) => each.frame(this.now));
    const claims = this.movements.map((each) => claimsAt(each.claims, this.now, this.chosen));
    const marked = claims.map((found) => sidesOf(found.filter((claim) => claim.start <= this.now && this.now <= claim.end)));
    draw(this.canvas, this.movements, frames, this.view, marked);
    const at = Math.round((this.now - this.first) * this.fps);
    if (Number(this.slider.value) !== at) this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", `${this.now.toFixed(1)} seconds`);
    this.time.textContent = `${this.now.toFixed(1)} s`;
    const when = (claim) => (claim.start <= this.first && this.last <= claim.end ? "" : ` (${claim.when})`);
    this.words.textContent = claims[0].map((claim) => `${SIGNS[claim.side] ?? ""}${claim.claim}${when(claim)}`).join(" · ");
    // Shorter words must not move what a visitor is about to click. Where nothing is laid out yet, they have no height.
    if (this.canvas.clientWidth) this.words.style.minHeight = `${this.words.offsetHeight}px`;
    this.watchers.forEach((watch) => watch());
  }

  turn(yaw, pitch) {
    this.view.yaw += yaw;
    this.view.pitch = Math.min(Math.max(this.view.pitch + pitch, -0.2), 1.5);
    this.show();
  }

  zoom(times) {
    this.view.zoom = Math.min(Math.max(this.view.zoom * times, 0.5), 5);
    this.show();
  }

  reset() {
    this.view = { yaw: this.movements[0].yaw, pitch: 0.16, zoom: 1 };
    this.show();
  }

  seek(seconds) {
    this.now = Math.min(Math.max(seconds, this.first), this.last);
    this.show();
  }

  step(frames) {
    this.play(false);
    this.seek(this.now + frames / this.fps);
  }

  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    this.button.textContent = on ? "Pause" : "Play";
    this.button.setAttribute("aria-label", this.button.textContent);
    this.button.title = this.button.textContent;
    let before = null;
    const tick = (moment) => {
      if (!this.playing || !this.canvas.isConnected) return;
      const passed = before === null ? 0 : (this.speed * (moment - before)) / 1000;
      before = moment;
      const frame = Math.round(this.now * this.fps);
      this.now = this.now + passed > this.last ? this.first : this.now + passed;
      if (Math.round(this.now * this.fps) !== frame) this.show(); // a screen has more pictures a second than a recording
      requestAnimationFrame(tick);
    };
    if (on) requestAnimationFrame(tick);
  }

  /** Scrolls the page as far as needed to show the drawing. */
  reveal() {
    this.canvas.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  /** Shows only these claims; none stands for the reasons, or else those of the explanation, at their times. */
  choose(rows) {
    this.chosen = rows;
    this.show();
  }
}

function start(section) {
  const islands = Array.from(section.querySelectorAll("script.movement"));
  const element = section.querySelector(".player");
  if (!islands.length || !element) return null;
  const player = new Player(element, islands.map((island) => new Movement(JSON.parse(island.textContent))));
  const rows = Array.from(section.querySelectorAll("[data-row]"));
  const words = Array.from(section.querySelectorAll("[data-rows]"));
  const seekers = Array.from(section.querySelectorAll("[data-seek]"));
  const rowsOf = (word) => (word.dataset.rows ?? word.dataset.row).split(" ").map(Number);
  let pinned = [], over = [];
  element.hidden = false;

  const choose = () => player.choose(over.length ? over : pinned);
  player.watchers.push(() => {
    const isOn = (word) => rowsOf(word).some((place) => player.chosen.includes(place));
    [...rows, ...words].forEach((word) => word.classList.toggle("on", isOn(word)));
    words.forEach((word) => { if (word.tagName === "BUTTON") word.setAttribute("aria-pressed", String(rowsOf(word).some((place) => pinned.includes(place)))); });
    seekers.forEach((button) => {
      const here = Number(button.dataset.seek) <= player.now && player.now < Number(button.dataset.until);
      if (here) button.setAttribute("aria-current", "time");
      else button.removeAttribute("aria-current");
    });
  });
  /** Pins claims: the figure shows their body parts, from the time where they begin; pinning them again unpins them.
   *  What holds throughout has no time to go to: the figure stays where it is. */
  const pin = (places) => {
    pinned = String(pinned) === String(places) ? [] : places;
    over = [];
    const claim = player.movements[0].claims.find((each) => each.row === pinned[0]);
    if (claim) {
      const throughout = claim.start <= player.first + 0.05 && claim.end >= player.last - 0.05;
      if (!throughout) {
        player.play(false);
        player.seek(claim.start);
      }
      player.reveal();
      const where = throughout ? "The player" : `The player is at ${claim.start.toFixed(1)} seconds and`;
      player.told.textContent = `${where} shows${throughout ? " throughout" : ""}: ${claim.claim}.`;
    }
    choose();
  };
  const tie = (element) => {
    const places = rowsOf(element);
    element.addEventListener("mouseenter", () => { over = places; choose(); });
    element.addEventListener("mouseleave", () => { over = []; choose(); });
    element.addEventListener("focus", () => { over = places; choose(); });
    element.addEventListener("blur", () => { over = []; choose(); });
    element.addEventListener("click", (click) => { click.preventDefault(); pin(places); });
    if (element.tagName === "TR") {
      element.addEventListener("keydown", (press) => { if (press.key === "Enter") { press.preventDefault(); pin(places); } });
    }
  };
  [...rows.filter((row) => row.tagName === "TR"), ...words].forEach(tie);
  seekers.forEach((button) => button.addEventListener("click", () => { player.play(false); player.seek(Number(button.dataset.seek)); }));
  player.show();
  if ("autoplay" in element.dataset && !calm()) player.play(true);
  return player;
}

if (typeof module !== "undefined") module.exports = { Movement, Player, claimsAt, draw, seen, sidesOf, start, wholeNumbers };
