/**
 * The gallery's pictures made of lines, as SVG text, and the mark of the demo. Each is 600 by 600,
 * and the same at every start: what looks like chance comes from a fixed seed.
 */

const size = 600;

/** The sign beside the site's name, and its icon: a gate with a light in it. */
export function drawMark(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#b8412b" d="M3 29V15a13 13 0 0 1 26 0v14h-6V15a7 7 0 0 0-14 0v14z"/>
<circle cx="16" cy="17" r="3.2" fill="#e0a34a"/>
</svg>
`;
}

/** Arches within arches, towards a low sun. */
export function drawGate(): string {
  const colours = ["#1c2340", "#2f2f5a", "#5a3b6b", "#8c4668", "#b8412b", "#dd7340", "#f0ae5e"];
  const arches = colours.map((colour, at) => {
    const half = 270 - at * 34;
    const top = 300 - at * 10;
    const curve = `a${half} ${half} 0 0 1 ${half * 2} 0`;
    return `<path fill="${colour}" d="M${300 - half} 600V${top}${curve}V600z"/>`;
  });
  const steps = Array.from({ length: 6 }, (_, at) => {
    const half = 62 + at * 38;
    const place = `x="${300 - half}" y="${500 + at * 17}" width="${half * 2}" height="9"`;
    return `<rect ${place} fill="#1c2340" opacity="${(0.2 + at * 0.13).toFixed(2)}"/>`;
  });
  return svg("#f3e6cf", [...arches, `<circle cx="300" cy="392" r="42" fill="#fff1cf"/>`, ...steps]);
}

/** Lines that hide what lies behind them, highest in the middle. */
export function drawTide(): string {
  const random = seeded(7);
  const lines = Array.from({ length: 34 }, (_, row) => {
    const base = 140 + row * 12.4;
    const bumps = Array.from({ length: 7 }, () => ({
      at: 170 + random() * 260,
      wide: 12 + random() * 34,
      tall: random() * 46,
    }));
    const points = Array.from({ length: 101 }, (_unused, step) => {
      const x = 60 + step * 4.8;
      const rise = bumps.reduce(
        (sum, bump) => sum + bump.tall * bell((x - bump.at) / bump.wide),
        0,
      );
      const ripple = (random() - 0.5) * (2 + rise * 0.08);
      return `${x.toFixed(1)} ${(base - rise * bell((x - 300) / 170) + ripple).toFixed(1)}`;
    });
    return `<path d="M${points.join("L")}"/>`;
  });
  const group = `<g fill="#12303b" stroke="#e9dcc0" stroke-width="1.8" stroke-linejoin="round">`;
  return svg("#12303b", [group, ...lines, "</g>"]);
}

/** Seeds at the golden angle (Vogel, 1979). */
export function drawSunflower(): string {
  const seeds = Array.from({ length: 620 }, (_, at) => {
    const angle = at * Math.PI * (3 - Math.sqrt(5));
    const distance = 10.6 * Math.sqrt(at + 0.5);
    const x = 300 + distance * Math.cos(angle);
    const y = 300 + distance * Math.sin(angle);
    const hue = 46 - (distance / 264) * 36;
    const light = 34 + 26 * bell((distance - 170) / 90);
    const radius = 3.2 + distance / 88;
    const place = `cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(2)}"`;
    return `<circle ${place} fill="hsl(${hue.toFixed(0)} 78% ${light.toFixed(0)}%)"/>`;
  });
  return svg("#f7efdc", seeds);
}

/** Quarter circles in squares, each turned one way or the other (Truchet, 1704; Smith, 1987). */
export function drawTiles(): string {
  const random = seeded(20);
  const half = 30;
  const turn = `a${half} ${half} 0 0`;
  const arcs: string[] = [];
  for (let y = 0; y < size; y += half * 2) {
    for (let x = 0; x < size; x += half * 2) {
      const top = `M${x + half} ${y}`;
      const falling = `${top}${turn} 1-${half} ${half}m${half} ${half}${turn} 1 ${half}-${half}`;
      const rising = `${top}${turn} 0 ${half} ${half}m-${half * 2} 0${turn} 1 ${half} ${half}`;
      arcs.push(random() < 0.5 ? falling : rising);
    }
  }
  const path = arcs.join("");
  return svg("#274b46", [
    `<g fill="none"><path d="${path}" stroke="#16302d" stroke-width="26"/>`,
    `<path d="${path}" stroke="#e8b65c" stroke-width="18"/>`,
    `<path d="${path}" stroke="#f8edd0" stroke-width="4"/></g>`,
  ]);
}

/** A pen on two dying pendulums: a harmonograph. */
export function drawPendulum(): string {
  const points = Array.from({ length: 3600 }, (_, step) => {
    const t = step / 24;
    const fade = 245 * Math.exp(-t / 110);
    const x = 300 + fade * Math.sin(3.004 * t + 0.9);
    const y = 300 + fade * Math.sin(2 * t + 0.25);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return svg("#fbf7ee", [
    `<path fill="none" stroke="#1d3a6b" stroke-width="0.7" d="M${points.join("L")}"/>`,
  ]);
}

function svg(background: string, shapes: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"
viewBox="0 0 ${size} ${size}">
<rect width="${size}" height="${size}" fill="${background}"/>
${shapes.join("\n")}
</svg>
`;
}

function bell(distance: number): number {
  return Math.exp(-distance * distance);
}

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
