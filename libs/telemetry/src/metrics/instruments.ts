import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { BoundedLabels, type LabelRules, type Labels } from './bounded-labels.js';

export interface BoundedCounter<R extends LabelRules> {
  add(labels: Labels<R>, amount?: number): void;
}

export interface BoundedGauge<R extends LabelRules> {
  set(labels: Labels<R>, value: number): void;
  add(labels: Labels<R>, amount: number): void;
}

export interface BoundedHistogram<R extends LabelRules> {
  /** @param value in the unit that the metric's name ends with. */
  observe(labels: Labels<R>, value: number): void;
}

const prefix = 'cooperage_';

/** Makes the product's metrics in one registry, all with the product's prefix and bounded labels. */
export class Instruments {
  readonly #registers: [Registry];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  counter<const R extends LabelRules>(name: string, help: string, rules: R): BoundedCounter<R> {
    const labels = new BoundedLabels(rules);
    const counter = new Counter({ name: prefix + name, help, labelNames: labels.names, registers: this.#registers });
    return { add: (values, amount = 1) => counter.inc(labels.bound(values), amount) };
  }

  gauge<const R extends LabelRules>(name: string, help: string, rules: R): BoundedGauge<R> {
    const labels = new BoundedLabels(rules);
    const gauge = new Gauge({ name: prefix + name, help, labelNames: labels.names, registers: this.#registers });
    return {
      set: (values, value) => gauge.set(labels.bound(values), value),
      add: (values, amount) => gauge.inc(labels.bound(values), amount),
    };
  }

  histogram<const R extends LabelRules>(
    name: string,
    help: string,
    rules: R,
    buckets: readonly number[],
  ): BoundedHistogram<R> {
    const labels = new BoundedLabels(rules);
    const histogram = new Histogram({
      name: prefix + name,
      help,
      labelNames: labels.names,
      buckets: [...buckets],
      registers: this.#registers,
    });
    return { observe: (values, value) => histogram.observe(labels.bound(values), value) };
  }
}
