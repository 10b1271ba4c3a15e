/** What the office does, on its own thread: metrics, the admin socket, and configs that change. */

import { answer } from "../admin/answer.ts";
import type { AdminServer } from "../admin/admin-server.ts";
import type { BoundMetrics, MetricsServer } from "../admin/metrics-server.ts";
import type { Governing, OfficeOrder, OfficeReport } from "../admin/office-messages.ts";
import { Asks } from "../control/asks.ts";
import { Board } from "../control/board.ts";
import { viewOf, type CrewLook, type CrewView } from "../control/crew-view.ts";
import { receivedError, sentEvent } from "../control/thread-messages.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import { troubleEvent, type ProgramEvent } from "../observe/events.ts";
import type { Desk, DeskServices } from "./desk.ts";
import { version } from "./version.ts";

export class OfficeWork {
  readonly #say: (report: OfficeReport) => void;
  readonly #asks = new Asks();
  #metrics: MetricsServer | undefined;
  #bound: readonly BoundMetrics[] = [];
  #admin: AdminServer | undefined;
  #governing: Governing | undefined;
  #desk: Desk | undefined;

  constructor(say: (report: OfficeReport) => void) {
    this.#say = say;
  }

  hear(order: OfficeOrder): void {
    switch (order.type) {
      case "listen":
        return void this.#answer(order.id, () => this.#listen(order.listeners));
      case "govern":
        return void this.#answer(order.id, () => this.#govern(order.governing));
      case "reload":
        return void this.#reload();
      case "drain":
        return void this.#answer(order.id, async () => this.#metrics?.drain());
      case "live":
        return void this.#answer(order.id, async () => undefined);
      case "close":
        return void this.#answer(order.id, () => this.#close());
      case "answered":
        return this.#asks.resolve(order.id, order.answer);
      case "refused":
        return this.#asks.reject(order.id, receivedError(order.error));
    }
  }

  async #answer(id: number, act: () => Promise<unknown>): Promise<void> {
    await answer(this.#say, id, act);
  }

  async #listen(listeners: readonly ListenOptions[]): Promise<readonly BoundMetrics[]> {
    const { MetricsServer: Server } = await import("../admin/metrics-server.ts");
    const server = new Server(version(), listeners, (error) =>
      this.#tell(troubleEvent("metrics", error)),
    );
    try {
      this.#bound = await server.listen();
      this.#metrics = server;
      return this.#bound;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async #govern(governing: Governing): Promise<void> {
    this.#governing = governing;
    const board = new Board(governing.board);
    const observe = async (): Promise<CrewView> => {
      const look = await this.#look();
      return viewOf(look, board, this.#desk?.labels ?? governing.soFar.labels);
    };
    this.#metrics?.show({ observe });
    const { adminPath, watches } = governing;
    if (adminPath !== undefined) await this.#openAdmin(adminPath);
    // A change is one from what is on the disk now.
    if (watches) await this.#deskOf(governing);
  }

  async #reload(): Promise<void> {
    const governing = this.#governing;
    if (governing !== undefined) await (await this.#deskOf(governing)).reloads.ask();
  }

  async #deskOf(governing: Governing): Promise<Desk> {
    const { Desk: Whole } = await import("./desk.ts");
    // Others may have come meanwhile.
    return (this.#desk ??= new Whole(governing, this.#services(governing)));
  }

  #services(governing: Governing): DeskServices {
    return {
      board: new Board(governing.board),
      metrics: this.#bound,
      look: () => this.#look(),
      renewAll: () => this.#asks.ask((id) => this.#say({ type: "renewAll", id })),
      setLevel: (level) => this.#say({ type: "setLevel", level }),
      stop: (graceMs) => this.#say({ type: "stop", graceMs }),
      apply: (drawn, kept) => this.#asks.ask((id) => this.#say({ type: "apply", id, drawn, kept })),
      tell: (event) => this.#tell(event),
      withhold: (configs) =>
        this.#say({ type: "withhold", pieces: configs.map(({ pieces }) => pieces) }),
      onBegin: () => this.#say({ type: "reloading" }),
      onEnd: ({ sites }) => this.#say({ type: "reloaded", siteCount: sites.length }),
    };
  }

  #look(): Promise<CrewLook> {
    return this.#asks.ask((id) => this.#say({ type: "look", id }));
  }

  /** If it cannot be made, the program runs without. */
  async #openAdmin(path: string): Promise<void> {
    const { AdminServer: Server } = await import("../admin/admin-server.ts");
    const handlers = async (): Promise<Desk["handlers"]> =>
      (await this.#deskOf(this.#governing!)).handlers;
    try {
      const server = new Server(path, handlers, (error) =>
        this.#tell(troubleEvent("the admin socket", error)),
      );
      await server.listen();
      this.#admin = server;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = "the admin socket cannot be made: signals are all that the program hears";
      this.#tell({ level: "warn", message, fields: { path, reason } });
    }
  }

  async #close(): Promise<void> {
    await Promise.all([this.#admin?.close(), this.#metrics?.close()]);
  }

  #tell(event: ProgramEvent): void {
    this.#say({ type: "event", event: sentEvent(event) });
  }
}
