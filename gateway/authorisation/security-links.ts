import { Kind, parse, type ConstArgumentNode, type ConstDirectiveNode, type ConstValueNode, type DocumentNode } from 'graphql';

const SPECS = 'https://specs.apollo.dev/';
const ENFORCED = ['authenticated', 'requiresScopes', 'policy'] as const;
const VERSION = 'v0.1';
/** Linked `for: SECURITY` without a rule about who may see what: arguments that clients must not give, which the planner fills in. */
const CONTEXT_LINK = `${SPECS}context/${VERSION}`;

export type SecurityDirective = (typeof ENFORCED)[number];

/** What each directive for security is called in one supergraph; `null` for those that it does not link. */
export type SecurityNames = Readonly<Record<SecurityDirective, string | null>>;

/** Specifications that a supergraph links `for: SECURITY` and whose rules are kept here; any other such link is refused. */
export const ENFORCED_LINKS: ReadonlySet<string> = new Set(ENFORCED.map((name) => `${SPECS}${name}/${VERSION}`));

/**
 * Under which names a supergraph uses the directives for security.
 *
 * @throws Error where they are linked in another version, by `@core`, or used without a link: what they then mean is not
 *   known here, and to serve the supergraph would show what they hide
 */
export function securityNamesOf(supergraph: DocumentNode): SecurityNames {
  const names: Record<SecurityDirective, string | null> = { authenticated: null, requiresScopes: null, policy: null };
  const taken = new Set<string>();
  for (const link of linksOf(supergraph)) {
    const url = textOf(argumentOf(link, 'url') ?? argumentOf(link, 'feature')) ?? '';
    const spec = ENFORCED.find((name) => url === `${SPECS}${name}` || url.startsWith(`${SPECS}${name}/`));
    if (!spec) {
      for (const name of importsOf(link).values()) taken.add(name);
      continue;
    }
    if (link.name.value !== 'link' || !ENFORCED_LINKS.has(url) || names[spec] !== null)
      throw new Error(
        `the supergraph asks for security by ${url}, which this gateway does not keep; ${VERSION} by @link is known`,
      );
    names[spec] = importsOf(link).get(spec) ?? textOf(argumentOf(link, 'as')) ?? spec;
  }
  for (const spec of ENFORCED)
    if (names[spec] === null && !taken.has(spec) && isUsed(supergraph, spec))
      throw new Error(`the supergraph uses @${spec} without a link that says what it means`);
  return names;
}

/** By what the specification calls them. Without the `@`. */
function importsOf(link: ConstDirectiveNode): Map<string, string> {
  const given = argumentOf(link, 'import')?.value;
  if (given?.kind !== Kind.LIST) return new Map();
  return new Map(given.values.flatMap(importOf).map(([name, as]) => [name.replace(/^@/, ''), as.replace(/^@/, '')]));
}

function importOf(value: ConstValueNode): [string, string][] {
  if (value.kind === Kind.STRING) return [[value.value, value.value]];
  if (value.kind !== Kind.OBJECT) return [];
  const [name, as] = ['name', 'as'].map((wanted) => {
    const field = value.fields.find((each) => each.name.value === wanted)?.value;
    return field?.kind === Kind.STRING ? field.value : undefined;
  });
  return name === undefined ? [] : [[name, as ?? name]];
}

function linksOf(supergraph: DocumentNode): ConstDirectiveNode[] {
  return supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link' || name.value === 'core')
      : [],
  );
}

function isUsed(supergraph: DocumentNode, name: string): boolean {
  const has = (node: { readonly directives?: readonly ConstDirectiveNode[] }): boolean =>
    node.directives?.some((directive) => directive.name.value === name) ?? false;
  return supergraph.definitions.some((definition) => {
    const isHere = 'directives' in definition && has(definition as { directives?: readonly ConstDirectiveNode[] });
    return isHere || ('fields' in definition && definition.fields?.some((field) => has(field)));
  });
}

function argumentOf(directive: ConstDirectiveNode, name: string): ConstArgumentNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name);
}

function textOf(argument: ConstArgumentNode | undefined): string | undefined {
  return argument?.value.kind === Kind.STRING ? argument.value.value : undefined;
}

/** The SDL as Apollo Gateway loads it: `for: SECURITY` is taken off the links that are enforced here, and off no other. */
export function withoutEnforcedLinks(sdl: string): string {
  if (!/\bSECURITY\b/.test(sdl)) return sdl;
  const document = parse(sdl);
  securityNamesOf(document);
  const purposes = linksOf(document).flatMap((link) => {
    const purpose = argumentOf(link, 'for');
    const url = textOf(argumentOf(link, 'url')) ?? '';
    const isEnforced = ENFORCED_LINKS.has(url) || url === CONTEXT_LINK;
    return isEnforced && purpose?.value.kind === Kind.ENUM && purpose.value.value === 'SECURITY' ? [purpose] : [];
  });
  let text = sdl;
  for (const { loc } of purposes) {
    // Spaces keep every other place of the text where errors will say it is.
    if (loc) text = text.slice(0, loc.start) + ' '.repeat(loc.end - loc.start) + text.slice(loc.end);
  }
  return text;
}
