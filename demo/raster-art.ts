/**
 * The gallery's two pictures made of pixels: hills at dusk, and marble. Both are value noise,
 * summed over octaves; there is no chance in them, so every start draws the same.
 */

import type { Raster } from "./png.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** From the zenith down to the horizon. */
const sky: readonly Colour[] = [
  [24, 28, 62],
  [66, 52, 104],
  [150, 78, 110],
  [226, 118, 88],
  [250, 188, 116],
];

/** Five ridges, far ones in the haze of the horizon, near ones dark. */
const ridges: readonly { readonly top: number; readonly tall: number; readonly colour: Colour }[] =
  [
    { top: 0.56, tall: 0.26, colour: [196, 106, 96] },
    { top: 0.63, tall: 0.26, colour: [148, 78, 92] },
    { top: 0.71, tall: 0.26, colour: [96, 56, 84] },
    { top: 0.8, tall: 0.26, colour: [54, 38, 68] },
    { top: 0.9, tall: 0.2, colour: [24, 22, 44] },
  ];

const sun: Colour = [255, 240, 206];

export function drawDusk(width: number, height: number): Raster {
  const tops = ridges.map(({ top, tall }, layer) =>
    Array.from({ length: width }, (_, x) => {
      const along = (x / height) * (1.1 + layer * 0.5);
      return (top + tall * (0.5 - octaves(along + layer * 31.7, layer * 7.3))) * height;
    }),
  );
  return paint(width, height, (x, y) => {
    const ridge = tops.findLastIndex((line) => y >= (line[x] ?? height));
    if (ridge < 0) return skyAt(x / height - (width / height) * 0.68, y / height);
    const { colour } = ridges[ridge] ?? { colour: sun };
    // Mist gathers at the foot of each ridge, where the next one begins.
    const deep = (y - (tops[ridge]?.[x] ?? 0)) / height;
    return mix(colour, [232, 150, 120], Math.min(deep * 1.6, 0.35) * (1 - ridge / 5));
  });
}

/** `right` is the distance from the sun's column, `down` from the upper edge, in heights. */
function skyAt(right: number, down: number): Colour {
  const distance = Math.hypot(right, down - 0.42);
  if (distance < 0.075) return sun;
  const glow = Math.exp(-(distance - 0.075) * 6) * 0.75;
  const cloud = Math.max(octaves(right * 2.2 + 9, down * 13 + 4) - 0.52, 0) * 1.5;
  const base = gradient(sky, Math.min(down / 0.62, 1));
  return mix(mix(base, [255, 196, 150], cloud), sun, glow);
}

const veins: readonly Colour[] = [
  [16, 30, 44],
  [28, 76, 92],
  [92, 150, 146],
  [236, 222, 188],
  [206, 112, 76],
  [92, 40, 52],
];

/** Noise that is bent by noise, twice (Quílez, “domain warping”). */
export function drawMarble(width: number, height: number): Raster {
  return paint(width, height, (x, y) => {
    const right = (x / width) * 2.6;
    const down = (y / height) * 2.6;
    const bentRight = octaves(right + 3.1, down + 1.7);
    const bentDown = octaves(right + 8.3, down + 5.9);
    const value = octaves(right + 3.4 * bentRight, down + 3.4 * bentDown);
    return gradient(veins, Math.min(Math.max((value - 0.22) * 1.75, 0), 1));
  });
}

function paint(width: number, height: number, at: (x: number, y: number) => Colour): Raster {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(at(x, y), (y * width + x) * 3);
  }
  return { width, height, rgb };
}

function gradient(colours: readonly Colour[], part: number): Colour {
  const scaled = part * (colours.length - 1);
  const below = Math.min(Math.floor(scaled), colours.length - 2);
  const from = colours[below] ?? sun;
  return mix(from, colours[below + 1] ?? from, scaled - below);
}

function mix(from: Colour, to: Colour, part: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * part,
    from[1] + (to[1] - from[1]) * part,
    from[2] + (to[2] - from[2]) * part,
  ];
}

/** Five octaves of noise, from 0 to 1. */
function octaves(x: number, y: number): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let octave = 0; octave < 5; octave++) {
    sum += weight * noise(x * scale, y * scale);
    weight /= 2;
    scale *= 2.03;
  }
  return sum / 0.96875;
}

/** Values on a grid, smoothly joined. */
function noise(x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = smooth(x - left);
  const down = smooth(y - top);
  const upper = lattice(left, top) * (1 - right) + lattice(left + 1, top) * right;
  const lower = lattice(left, top + 1) * (1 - right) + lattice(left + 1, top + 1) * right;
  return upper * (1 - down) + lower * down;
}

function smooth(part: number): number {
  return part * part * (3 - 2 * part);
}

/** A number from 0 to 1 for each point of the grid: an integer hash, not a series. */
function lattice(x: number, y: number): number {
  let mixed = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 0xffffffff;
}
