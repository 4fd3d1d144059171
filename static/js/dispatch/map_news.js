/* What the marks of the map (map_marks_artist.js) have not been told yet: each row once, and only what a map shows of it.
 * const news = new News(state); news.changes() → {units, incidents, gone} since it was last asked; news.everything() */

import { title } from "./board_row.js";

export class News {
  constructor(state) {
    this.state = state;
    this.told = new Map(); // unit id or incident number → the row that was told
  }

  everything() {
    this.told.clear();
    return { stations: this.state.config.stations, ...this.changes() };
  }

  changes() {
    const { entries, live } = this.state;
    const fresh = (key, row) => this.told.get(key) !== row && this.told.set(key, row);
    const units = [...live.units.values()].filter((row) => fresh(row.id, row)).map(unitOf);
    const incidents = entries.filter(({ row }) => fresh(row.number, row)).map(({ row }) => this.#incident(row));
    const gone = [...this.told.keys()].filter((key) => !live.units.has(key) && !this.state.entry(key));
    for (const key of gone) this.told.delete(key);
    return { units, incidents, gone };
  }

  #incident(row) {
    const { number, priority, lat, lon, assignments } = row;
    return { number, priority, lat, lon, assignments: assignments.map(({ unit }) => ({ unit })), title: title(row, this.state) };
  }
}

/** What the map needs of a unit: a whole row is three times as much to hand over. */
const unitOf = ({ id, call_sign, kind, status, incident, lat, lon, position_at }) => ({ id, call_sign, kind, status, incident, lat, lon, position_at });
