/**
 * The list of pictures in the gallery: name, words, and who draws it.
 */

import { encodePng } from "./png.ts";
import { drawDusk, drawMarble } from "./raster-art.ts";
import { drawGate, drawPendulum, drawSunflower, drawTide, drawTiles } from "./vector-art.ts";

export interface Picture {
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly width: number;
  readonly height: number;
  readonly draw: () => Buffer;
}

const square = { width: 600, height: 600 } as const;

export const pictures: readonly Picture[] = [
  {
    name: "dusk.png",
    title: "Dusk",
    note: "Five ridges of noise under a low sun.",
    width: 1200,
    height: 480,
    draw: () => encodePng(drawDusk(1200, 480)),
  },
  {
    name: "gate.svg",
    title: "Gate",
    note: "Seven arches, one way through.",
    ...square,
    draw: () => Buffer.from(drawGate()),
  },
  {
    name: "tide.svg",
    title: "Tide",
    note: "Lines that hide the lines behind.",
    ...square,
    draw: () => Buffer.from(drawTide()),
  },
  {
    name: "sunflower.svg",
    title: "Sunflower",
    note: "Each seed a golden angle on.",
    ...square,
    draw: () => Buffer.from(drawSunflower()),
  },
  {
    name: "tiles.svg",
    title: "Tiles",
    note: "One tile, turned or not.",
    ...square,
    draw: () => Buffer.from(drawTiles()),
  },
  {
    name: "pendulum.svg",
    title: "Pendulum",
    note: "A pen that slowly comes to rest.",
    ...square,
    draw: () => Buffer.from(drawPendulum()),
  },
  {
    name: "marble.png",
    title: "Marble",
    note: "Noise, bent by noise.",
    width: 480,
    height: 480,
    draw: () => encodePng(drawMarble(480, 480)),
  },
];
