import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { SubgraphClient, SubgraphResponse } from '../../platform/federation';
import type { CompiledPlan, FetchStep, Step } from './compile-plan';
import { FetchErrors } from './fetch-errors';
import { copyOf, mergeInto, type Json } from './merge';
import { placesAt, recordsAt } from './places';
import type { Path } from './project';
import { representationsOf, type Representations } from './representations';
import { applyRewrites } from './rewrites';

/** One call of a subgraph, for whoever counts, times or traces them. */
export type CallSubgraph = (client: SubgraphClient, step: FetchStep, variables: Json) => Promise<SubgraphResponse>;

export interface PlanRun {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly call: CallSubgraph;
  /** As the client sent them. */
  readonly variables: Readonly<Json>;
  /** With defaults filled in; conditions read these. */
  readonly coerced: Readonly<Json>;
}

/** What the subgraphs answered, merged, and what went wrong meanwhile. */
export interface Merged {
  readonly data: Json;
  readonly errors: FetchErrors;
  /** Records that their own subgraph does not know (any more). */
  readonly absent: ReadonlySet<object>;
}

/** Runs a plan. Never rejects for a subgraph's failure: the rest of the answer stands, beside the errors. */
export async function runPlan(
  plan: CompiledPlan,
  run: PlanRun,
  initial: Json = {},
  initialErrors: readonly GraphQLFormattedError[] = [],
): Promise<Merged> {
  const runner = new PlanRunner(plan.schema, run, initial);
  runner.errors.addOfRoot(initialErrors, []);
  if (plan.node) await runner.step(plan.node, { path: [], records: [initial] });
  return { data: initial, errors: runner.errors, absent: runner.absent };
}

/** Where in the merged data a step works. */
interface Cursor {
  readonly path: readonly string[];
  readonly records: readonly Json[];
}

class PlanRunner {
  readonly errors = new FetchErrors();
  readonly absent = new Set<object>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly run: PlanRun,
    private readonly root: Json,
  ) {}

  async step(step: Step, cursor: Cursor): Promise<void> {
    switch (step.kind) {
      case 'sequence':
        for (const next of step.steps) await this.step(next, cursor);
        return;
      case 'parallel':
        await Promise.all(step.steps.map((next) => this.step(next, cursor)));
        return;
      case 'flatten': {
        const records = recordsAt(cursor.records, step.path);
        if (records.length > 0) await this.step(step.step, { path: [...cursor.path, ...step.path], records });
        return;
      }
      case 'condition': {
        const branch = this.run.coerced[step.variable] === true ? step.then : step.otherwise;
        if (branch) await this.step(branch, cursor);
        return;
      }
      case 'fetch':
        return step.requires ? this.fetchEntities(step, cursor) : this.fetchFields(step, cursor);
    }
  }

  private async fetchFields(step: FetchStep, cursor: Cursor): Promise<void> {
    const response = await this.call(step, cursor, {}, null);
    if (!response) return;
    if (response.errors) this.errors.addOfRoot(response.errors, cursor.path);
    const { data } = response;
    if (!data) return this.errors.cover(step.rootKeys.map((key) => [...cursor.path, key]));
    applyRewrites(this.schema, step.outputRewrites, data);
    cursor.records.forEach((record, at) => mergeInto(record, at === 0 ? data : copyOf(data)));
  }

  private async fetchEntities(step: FetchStep, cursor: Cursor): Promise<void> {
    const representations = representationsOf(this.schema, step, cursor.records);
    if (representations.list.length === 0) return;
    const response = await this.call(step, cursor, { representations: representations.list }, representations);
    if (!response) return;
    const entities = response.data?.['_entities'];
    const answered = Array.isArray(entities) && entities.length === representations.list.length ? entities : null;
    if (response.errors) this.addEntityErrors(response.errors, cursor, representations);
    else if (!answered) this.failed(step, cursor, representations, new Error(`${step.service} answered no list of entities`));
    if (!answered) return this.errors.cover([cursor.path]);
    const failedAt = new Set(response.errors?.map((error) => error.path?.[1]));
    answered.forEach((entity: Json | null, at) => {
      const targets = representations.targets[at] ?? [];
      if (!entity) {
        if (!failedAt.has(at)) for (const target of targets) this.absent.add(target);
        return;
      }
      applyRewrites(this.schema, step.outputRewrites, entity);
      // Copied before the first merge, which would let the first record share its parts with the others.
      const copies = targets.map((_, index) => (index === 0 ? entity : copyOf(entity)));
      targets.forEach((target, index) => mergeInto(target, copies[index] ?? entity));
    });
  }

  /** Resolves to `null` when the call failed, which is then noted. */
  private async call(
    step: FetchStep,
    cursor: Cursor,
    own: Json,
    asked: Representations | null,
  ): Promise<SubgraphResponse | null> {
    const variables: Json = own;
    for (const name of step.variables) {
      const value = this.run.variables[name];
      if (value !== undefined) variables[name] = value;
    }
    const client = this.run.subgraphs.get(step.service);
    try {
      if (!client) throw new Error(`the supergraph names a subgraph ${step.service} that this gateway was not given`);
      return await this.run.call(client, step, variables);
    } catch (error) {
      this.failed(step, cursor, asked, error);
      return null;
    }
  }

  private failed(step: FetchStep, cursor: Cursor, asked: Representations | null, error: unknown): void {
    if (!asked) {
      this.errors.addFailure(
        error,
        step.service,
        step.rootKeys.map((key) => [...cursor.path.filter((part) => part !== '@'), key]),
      );
      return this.errors.cover(step.rootKeys.map((key) => [...cursor.path, key]));
    }
    const wanted = asked.targets[0]?.[0];
    const first = placesAt(this.root, cursor.path).find(({ record }) => record === wanted);
    const path: Path = first?.path ?? [];
    this.errors.addFailure(error, step.service, [path]);
    this.errors.cover([cursor.path]);
  }

  private addEntityErrors(errors: readonly GraphQLFormattedError[], cursor: Cursor, asked: Representations): void {
    const paths = new Map(placesAt(this.root, cursor.path).map(({ record, path }) => [record as object, path]));
    for (const error of errors) {
      const at = error.path?.[1];
      const targets = typeof at === 'number' ? (asked.targets[at] ?? []) : [];
      const places = targets.map((target) => paths.get(target)).filter((path) => path !== undefined);
      this.errors.addOfEntity(error, places.length > 0 ? places : [...paths.values()].slice(0, 1));
      if (places.length === 0) this.errors.cover([cursor.path]);
    }
  }
}
