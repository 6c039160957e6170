import type { SubgraphSource } from './federation';

/** A subgraph that is being made up. */
export interface SubgraphDraft {
  readonly name: string;
  readonly types: Map<string, TypeDraft>;
  /** What the subgraph calls its root types, where not as usual. */
  readonly rootNames: Map<string, string>;
}

export interface TypeDraft {
  readonly kind: 'type' | 'interface' | 'union' | 'enum' | 'input' | 'scalar';
  readonly name: string;
  readonly fields: Map<string, FieldDraft>;
  readonly interfaces: Set<string>;
  /** Members of a union, values of an enum. */
  readonly members: Map<string, Set<string>>;
  readonly directives: Set<string>;
}

export interface FieldDraft {
  type: string;
  /** SDL of each argument by name. */
  readonly args: Map<string, string>;
  readonly directives: Set<string>;
}

/** All subgraphs of a made-up supergraph; copied before each change that may turn out not to compose. */
export type Draft = readonly SubgraphDraft[];

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext", "@tag"])`;

export function emptySubgraph(name: string): SubgraphDraft {
  return { name, types: new Map(), rootNames: new Map() };
}

/** Finds or adds a type. */
export function typeIn(subgraph: SubgraphDraft, name: string, kind: TypeDraft['kind'] = 'type'): TypeDraft {
  let type = subgraph.types.get(name);
  if (!type) {
    type = { kind, name, fields: new Map(), interfaces: new Set(), members: new Map(), directives: new Set() };
    subgraph.types.set(name, type);
  }
  return type;
}

/** Adds a field; one that is there already keeps what it is. */
export function addField(type: TypeDraft, name: string, fieldType: string, directives: readonly string[] = []): FieldDraft {
  let field = type.fields.get(name);
  if (!field) type.fields.set(name, (field = { type: fieldType, args: new Map(), directives: new Set(directives) }));
  return field;
}

/** The type without lists and exclamation marks. */
export function nameOf(type: string): string {
  return type.replace(/[[\]!]/g, '');
}

export function copyOf(draft: Draft): Draft {
  return structuredClone(draft);
}

export function sourcesOf(draft: Draft): SubgraphSource[] {
  return draft.map((subgraph) => ({ name: subgraph.name, sdl: sdlOf(subgraph) }));
}

function sdlOf({ types, rootNames }: SubgraphDraft): string {
  // Whoever names one root type names them all.
  const roots = ['Query', 'Mutation'].flatMap((name) =>
    rootNames.size > 0 && types.has(name) ? [`${name.toLowerCase()}: ${rootNames.get(name) ?? name}`] : [],
  );
  const schema = roots.length > 0 ? `schema { ${roots.join(' ')} }\n` : '';
  return [`${schema}${LINK}`, ...[...types.values()].map((type) => typeSdl(type, rootNames))].join('\n');
}

function typeSdl(type: TypeDraft, rootNames: ReadonlyMap<string, string>): string {
  const name = rootNames.get(type.name) ?? type.name;
  const directives = [...type.directives].map((each) => ` ${each}`).join('');
  if (type.kind === 'scalar') return `scalar ${name}${directives}`;
  if (type.kind === 'union') return `union ${name}${directives} = ${[...type.members.keys()].join(' | ')}`;
  if (type.kind === 'enum')
    return `enum ${name}${directives} { ${[...type.members].map(([value, marks]) => [value, ...marks].join(' ')).join(' ')} }`;
  const interfaces = type.interfaces.size > 0 ? ` implements ${[...type.interfaces].join(' & ')}` : '';
  const fields = [...type.fields].map(([field, draft]) => `  ${fieldSdl(field, draft)}`).join('\n');
  return `${type.kind} ${name}${interfaces}${directives} {\n${fields}\n}`;
}

function fieldSdl(name: string, { type, args, directives }: FieldDraft): string {
  const given = args.size > 0 ? `(${[...args].map(([argument, text]) => `${argument}: ${text}`).join(', ')})` : '';
  return `${name}${given}: ${[type, ...directives].join(' ')}`;
}
