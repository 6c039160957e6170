import {
  Kind,
  parse,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
} from 'graphql';

const SPEC = 'https://specs.apollo.dev/cost/';

/** What `@listSize` says of a list, or of the lists in the page that a field answers. */
export interface ListSize {
  readonly assumedSize: number | null;
  /** Names, or paths into input objects, of the arguments that say how many are asked. */
  readonly slicingArguments: readonly (readonly string[])[];
  /** Fields of the page that are as long; empty where the field itself is the list. */
  readonly sizedFields: readonly string[];
  readonly mustSlice: boolean;
}

/**
 * What a supergraph says by `@cost` and `@listSize`. Weights are by type, by `Type.field`, and by `Type.field.argument`; those
 * of input fields by `Input.field`.
 */
export class CostDirectives {
  private readonly weights = new Map<string, number>();
  private readonly sizes = new Map<string, ListSize>();

  constructor(supergraphSdl: string) {
    if (!supergraphSdl.includes(SPEC)) return;
    const document = parse(supergraphSdl, { noLocation: true });
    const names = namesIn(document);
    for (const definition of document.definitions) {
      if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
      const type = definition.name.value;
      if ('directives' in definition) this.noteWeight(type, definition.directives as readonly ConstDirectiveNode[], names.cost);
      const fields = 'fields' in definition ? (definition.fields ?? []) : [];
      for (const field of fields) this.noteField(type, field as FieldDefinitionNode | InputValueDefinitionNode, names);
    }
  }

  get hasWeights(): boolean {
    return this.weights.size > 0;
  }

  weightOf(place: string): number | undefined {
    return this.weights.get(place);
  }

  sizeOf(type: string, field: string): ListSize | undefined {
    return this.sizes.get(`${type}.${field}`);
  }

  private noteField(type: string, field: FieldDefinitionNode | InputValueDefinitionNode, names: Names): void {
    const place = `${type}.${field.name.value}`;
    const directives = field.directives ?? [];
    this.noteWeight(place, directives, names.cost);
    const size = directives.find(({ name }) => name.value === names.listSize);
    if (size) this.sizes.set(place, listSizeOf(size));
    if (field.kind !== Kind.FIELD_DEFINITION) return;
    for (const argument of field.arguments ?? [])
      this.noteWeight(`${place}.${argument.name.value}`, argument.directives ?? [], names.cost);
  }

  /** Nothing costs less than nothing: what is asked beside it would be free. */
  private noteWeight(place: string, directives: readonly ConstDirectiveNode[] = [], name: string): void {
    const value = argumentOf(
      directives.find((directive) => directive.name.value === name),
      'weight',
    );
    if (value?.kind === Kind.INT || value?.kind === Kind.FLOAT) this.weights.set(place, Math.max(0, Number(value.value)));
  }
}

interface Names {
  readonly cost: string;
  readonly listSize: string;
}

/** What the directives are called in one supergraph. */
function namesIn(document: DocumentNode): Names {
  const links = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION ? (definition.directives ?? []) : [],
  );
  const link = links.find(
    (directive) => directive.name.value === 'link' && textOf(argumentOf(directive, 'url'))?.startsWith(SPEC),
  );
  const prefix = textOf(argumentOf(link, 'as')) ?? 'cost';
  const imported = new Map(itemsOf(argumentOf(link, 'import')).flatMap(importOf));
  return { cost: imported.get('@cost') ?? prefix, listSize: imported.get('@listSize') ?? `${prefix}__listSize` };
}

function importOf(value: ConstValueNode): [string, string][] {
  if (value.kind === Kind.STRING) return [[value.value, value.value.replace(/^@/, '')]];
  if (value.kind !== Kind.OBJECT) return [];
  const [name, as] = ['name', 'as'].map((wanted) => textOf(value.fields.find((field) => field.name.value === wanted)?.value));
  return name === undefined ? [] : [[name, (as ?? name).replace(/^@/, '')]];
}

function listSizeOf(directive: ConstDirectiveNode): ListSize {
  const texts = (name: string): string[] => itemsOf(argumentOf(directive, name)).flatMap((value) => textOf(value) ?? []);
  const assumed = argumentOf(directive, 'assumedSize');
  const required = argumentOf(directive, 'requireOneSlicingArgument');
  const slicingArguments = texts('slicingArguments').map((path) => path.split('.'));
  return {
    assumedSize: assumed?.kind === Kind.INT ? Number(assumed.value) : null,
    slicingArguments,
    sizedFields: texts('sizedFields'),
    mustSlice: slicingArguments.length > 0 && !(required?.kind === Kind.BOOLEAN && !required.value),
  };
}

function argumentOf(directive: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined {
  return directive?.arguments?.find((argument: ConstArgumentNode) => argument.name.value === name)?.value;
}

function itemsOf(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  return value?.kind === Kind.LIST ? value.values : value ? [value] : [];
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
