/**
 * Rows for what is counted apart: the same labels have the same row, and what comes beyond the
 * limit shares one row `other`. However long a config is, so many series there are at most.
 */

/** So many rows of their own; a scrape of them all has some 60,000 lines at worst. */
export const rowsMax = 1_000;

/** A pool without a name is called by all of its upstreams, and that in each of its series. */
const labelCharsMax = 200;

export type Labels = readonly string[];

/** By the rows of counts. */
export interface RowLabels {
  /** Site and route; the first row is for exchanges that had none. */
  readonly routes: readonly Labels[];
  /** Pool and upstream. */
  readonly upstreams: readonly Labels[];
}

export class LabelRows {
  readonly #rows: Labels[] = [];
  readonly #byLabels = new Map<string, number>();

  /** By row. */
  get all(): readonly Labels[] {
    return this.#rows;
  }

  rowOf(labels: Labels): number {
    const cut = labels.map(cutLabel);
    const key = JSON.stringify(cut);
    const found = this.#byLabels.get(key);
    if (found !== undefined) return found;
    if (this.#rows.length < rowsMax) return this.#add(key, cut);
    const others = labels.map(() => "other");
    const othersKey = JSON.stringify(others);
    return this.#byLabels.get(othersKey) ?? this.#add(othersKey, others);
  }

  #add(key: string, labels: Labels): number {
    const row = this.#rows.push(labels) - 1;
    this.#byLabels.set(key, row);
    return row;
  }
}

function cutLabel(label: string): string {
  return label.length <= labelCharsMax ? label : `${label.slice(0, labelCharsMax - 1)}…`;
}
