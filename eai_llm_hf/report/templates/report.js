// Plays the movement of each section and links the words of the explanation to the rows of the measurements.
"use strict";

const DASHES = [7, 4], SIGNS = { for: "+ ", against: "\u2212 " };

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

  joint(frame, joint, yaw, pitch) {
    const at = 3 * (frame * this.count + joint);
    return seen(this.places[at] / 1000, this.places[at + 1] / 1000, this.places[at + 2] / 1000, yaw, pitch);
  }
}

/** The body parts of claims, each with the sides of their reasons: "for", "against", or "" where a claim is no reason. */
function sidesOf(claims) {
  const found = new Map();
  for (const claim of claims) for (const part of claim.parts) found.set(part, (found.get(part) ?? new Set()).add(claim.side));
  return found;
}

/** Draws one frame; `marked` are the body parts to mark, with their sides. What speaks against the label is dashed. */
function draw(canvas, movement, frame, yaw, marked) {
  const pitch = 0.16, ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const scale = Math.min(width / (2 * movement.reach + 0.6), height / (movement.top + 0.55));
  const onScreen = ([right, up]) => [width / 2 + scale * right, height - scale * (up + 0.3)];
  const line = (from, to) => {
    context.beginPath();
    context.moveTo(...onScreen(from));
    context.lineTo(...onScreen(to));
    context.stroke();
  };
  context.lineCap = "round";

  // The ground: lines half a metre apart, which slide as the body moves.
  context.strokeStyle = "#DDE1E7";
  context.lineWidth = 1;
  const [east, north] = [movement.travelled[2 * frame] / 100, movement.travelled[2 * frame + 1] / 100];
  for (let step = -2; step <= 2; step++) {
    const x = 0.5 * step - (east % 0.5), z = 0.5 * step - (north % 0.5);
    line(seen(x, 0, -1.25, yaw, pitch), seen(x, 0, 1.25, yaw, pitch));
    line(seen(-1.25, 0, z, yaw, pitch), seen(1.25, 0, z, yaw, pitch));
  }

  const points = Array.from({ length: movement.count }, (_, joint) => movement.joint(frame, joint, yaw, pitch));
  const parts = Object.keys(movement.parts);
  const depth = (part) => movement.parts[part].reduce((sum, joint) => sum + points[joint][2], 0) / movement.parts[part].length;
  const depths = Object.fromEntries(parts.map((part) => [part, depth(part)]));
  parts.sort((one, other) => depths[one] - depths[other]);
  for (const part of parts) {
    const own = marked.get(part) ?? new Set();
    const side = ["for", "against"].find((each) => own.has(each));
    const colour = side ? movement.sides[side] : own.size ? movement.highlight : movement.colours[part];
    const thick = own.size ? 6 : 4;
    const bones = movement.bones.filter((bone) => bone[2] === part);
    const strokes = [["#FFFFFF", 4, []], [colour, 0, side === "against" ? DASHES : []]];
    if (side === "for" && own.has("against")) strokes.push([movement.sides.against, 0, DASHES]);
    for (const [stroke, extra, dashes] of strokes) {
      context.strokeStyle = stroke;
      context.lineWidth = thick + extra;
      context.lineCap = dashes.length ? "butt" : "round";
      context.setLineDash(dashes);
      for (const [joint, parent] of bones) line(points[joint], points[parent]);
    }
    context.setLineDash(part === "head" ? strokes[1][2] : []);
    context.strokeStyle = colour;
    context.lineWidth = part === "head" ? thick : 2;
    context.fillStyle = part === "head" || part.startsWith("right") ? "#FFFFFF" : colour;
    const circle = (point, radius) => {
      context.beginPath();
      context.arc(...onScreen(point), radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    };
    if (part === "head" && movement.head !== null) {
      const [right, up] = points[movement.head];
      circle([right, up + 0.06], scale * movement.head_radius);
      if (strokes.length > 2) {
        context.strokeStyle = movement.sides.against;
        context.setLineDash(DASHES);
        context.stroke();
      }
      context.setLineDash([]);
    } else if (part !== "head" && part !== "trunk") {
      for (const joint of movement.parts[part]) circle(points[joint], 3.2);
    }
  }
}

function start(section) {
  const island = section.querySelector(".movement");
  if (!island) return;
  const movement = new Movement(JSON.parse(island.textContent));
  const player = section.querySelector(".player");
  const canvas = player.querySelector("canvas"), button = player.querySelector("button");
  const slider = player.querySelector("input"), time = player.querySelector(".time"), now = player.querySelector(".now");
  const rows = Array.from(section.querySelectorAll("tr[data-start]"));
  const words = Array.from(section.querySelectorAll("a[data-rows]"));
  let yaw = movement.yaw, frame = movement.opens, playing = false, before = 0, pinned = [], over = [];
  player.hidden = false;

  const chosen = () => (over.length ? over : pinned);
  const show = () => {
    const whole = Math.floor(frame), seconds = movement.seconds(whole);
    const claims = claimsAt(movement.claims, seconds, chosen());
    const named = claims.filter((claim) => claim.start <= seconds && seconds <= claim.end);
    draw(canvas, movement, whole, yaw, sidesOf(named));
    slider.value = whole;
    slider.setAttribute("aria-valuetext", `${seconds.toFixed(1)} seconds`);
    time.textContent = `${seconds.toFixed(1)} s`;
    now.textContent = claims.map((claim) => `${SIGNS[claim.side] ?? ""}${claim.claim} (${claim.when})`).join(" · ");
    rows.forEach((row, place) => row.classList.toggle("on", chosen().includes(place)));
    words.forEach((word) => word.classList.toggle("on", rowsOf(word).some((place) => chosen().includes(place))));
  };
  const rowsOf = (word) => word.dataset.rows.split(" ").map(Number);
  const step = (moment) => {
    if (!playing) return;
    frame = (frame + ((moment - before) / 1000) * movement.fps) % movement.frames;
    before = moment;
    show();
    requestAnimationFrame(step);
  };
  const play = (on) => {
    if (on && !playing) requestAnimationFrame((moment) => { before = moment; step(moment); });
    playing = on;
    button.textContent = on ? "Pause" : "Play";
  };
  const seek = (seconds) => {
    frame = Math.min(Math.max(Math.round((seconds - movement.start) * movement.fps), 0), movement.frames - 1);
  };
  /** Pins claims: the figure shows their body parts, from the time where they begin; pinning them again unpins them. */
  const pin = (places) => {
    pinned = String(pinned) === String(places) ? [] : places;
    if (pinned.length) {
      play(false);
      seek(Number(rows[places[0]].dataset.start));
    }
    show();
  };

  button.addEventListener("click", () => play(!playing));
  slider.addEventListener("input", () => { play(false); frame = Number(slider.value); show(); });
  canvas.addEventListener("pointerdown", (press) => {
    const from = yaw;
    canvas.setPointerCapture(press.pointerId);
    canvas.onpointermove = (move) => { yaw = from - (move.clientX - press.clientX) / 150; show(); };
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, () => { canvas.onpointermove = null; });
  }
  const tie = (element, places) => {
    element.addEventListener("mouseenter", () => { over = places; show(); });
    element.addEventListener("mouseleave", () => { over = []; show(); });
    element.addEventListener("focus", () => { over = places; show(); });
    element.addEventListener("blur", () => { over = []; show(); });
    element.addEventListener("click", (click) => { click.preventDefault(); pin(places); });
    element.addEventListener("keydown", (press) => { if (press.key === "Enter") { press.preventDefault(); pin(places); } });
  };
  rows.forEach((row, place) => tie(row, [place]));
  words.forEach((word) => tie(word, rowsOf(word)));
  window.addEventListener("resize", show);
  show();
}

if (typeof document !== "undefined") document.querySelectorAll("article").forEach(start);
if (typeof module !== "undefined") module.exports = { Movement, claimsAt, draw, seen, sidesOf, start, wholeNumbers };
