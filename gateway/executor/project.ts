import type { FieldNode } from 'graphql';
import type { DeferredShape, SelectionShape, TypeShape } from './projection-shape';

export type Path = readonly (string | number)[];

export interface ProjectionScope {
  /** Called once for a null that the schema forbids, at the innermost place; `object` is the record that lacks it. */
  readonly onForbiddenNull: (path: Path, field: string, object: object | null) => void;
  /** Called at each place that the viewer must not see, with the field or type that is denied. */
  readonly onDenied: (path: Path, what: string) => void;
  readonly introspect: (key: string, nodes: readonly FieldNode[]) => unknown;
  /** Called at each record of which fragments are answered later, with what is answered of it now. */
  readonly onDeferred?: (fragments: readonly DeferredShape[], path: Path, data: Data, output: object) => void;
}

export type Data = Readonly<Record<string, unknown>>;

/**
 * Shapes merged data into the answer to the client's own selections: order, aliases, types, and nulls that bubble up to
 * the nearest nullable place, by the rules of the GraphQL specification, section 6.4.
 *
 * @param at where the data stands in the whole answer
 */
export function project(
  shape: SelectionShape,
  data: Data,
  scope: ProjectionScope,
  at: Path = [],
): Record<string, unknown> | null {
  return new Projection(scope, at).object(shape, data) ?? null;
}

/** What must make the nullable place around it null. */
const INVALID = undefined;

class Projection {
  private readonly path: (string | number)[];

  constructor(
    private readonly scope: ProjectionScope,
    at: Path,
  ) {
    this.path = [...at];
  }

  object(selection: SelectionShape, data: Data): Record<string, unknown> | undefined {
    const typeName = selection.runtimeTypeOf(data);
    const fields = typeName === null ? selection.fieldsOfUntold() : selection.fieldsOf(typeName);
    if (fields === null) {
      this.scope.onForbiddenNull([...this.path], `${selection.type.name}.__typename`, data);
      return INVALID;
    }
    if (typeName !== null && selection.isDenied(typeName)) {
      this.scope.onDenied([...this.path], typeName);
      return INVALID;
    }
    const output: Record<string, unknown> = {};
    for (const field of fields) {
      if (field.type.kind === 'typename') {
        output[field.key] = typeName;
        continue;
      }
      this.path.push(field.key);
      const value = this.complete(field.type, data[field.source], field, data);
      this.path.pop();
      if (value === INVALID && field.isNonNull) return INVALID;
      output[field.key] = value ?? null;
    }
    const deferred = typeName === null ? null : selection.deferredOf(typeName);
    if (deferred) this.scope.onDeferred?.(deferred, [...this.path], data, output);
    return output;
  }

  private complete(type: TypeShape, value: unknown, field: { key: string; name: string; parent: string }, owner: Data): unknown {
    if (type.kind === 'nonNull') {
      const completed = this.complete(type.of, value, field, owner);
      if (completed !== null) return completed;
      this.scope.onForbiddenNull([...this.path], `${field.parent}.${field.name}`, owner);
      return INVALID;
    }
    if (type.kind === 'denied') {
      this.scope.onDenied([...this.path], `${field.parent}.${field.name}`);
      return INVALID;
    }
    if (type.kind === 'introspection') return this.scope.introspect(field.key, type.nodes);
    if (value === null || value === undefined) return null;
    switch (type.kind) {
      case 'leaf':
        if (type.accepts(value)) return value;
        this.scope.onForbiddenNull([...this.path], `${field.parent}.${field.name}`, owner);
        return INVALID;
      case 'composite':
        return typeof value === 'object' ? this.object(type.selection, value as Data) : null;
      case 'list':
        return Array.isArray(value) ? this.list(type, value, field, owner) : null;
      case 'typename':
        return value;
    }
  }

  private list(
    type: TypeShape & { kind: 'list' },
    values: readonly unknown[],
    field: { key: string; name: string; parent: string },
    owner: Data,
  ) {
    const output: unknown[] = new Array(values.length);
    for (let at = 0; at < values.length; at += 1) {
      this.path.push(at);
      const item = this.complete(type.of, values[at], field, owner);
      this.path.pop();
      if (item === INVALID && type.isItemNonNull) return INVALID;
      output[at] = item ?? null;
    }
    return output;
  }
}
