/** The client's leg over HTTP/1: a driven leg that can also send heads. */

import { DrivenLeg, type LegDriver } from "../http/driven-leg.ts";
import type { ResponseHead } from "../http/head.ts";
import type { ClientLeg } from "../http/leg.ts";

export interface ClientLegDriver extends LegDriver {
  sendHead(head: ResponseHead): void;
  readonly hasWholeBody: boolean;
}

export class Http1ClientLeg extends DrivenLeg<ClientLegDriver> implements ClientLeg {
  get hasWholeBody(): boolean {
    return this.driver?.hasWholeBody ?? true;
  }

  sendHead(head: ResponseHead): void {
    this.driver?.sendHead(head);
  }
}
