/** Alternatives of which each names what must be had together: `[["a", "b"], ["c"]]` is a and b, or c. */
export type Alternatives = readonly (readonly string[])[];

/** What a viewer must have to see a field or the values of a type: everything in it together. */
export interface Requirement {
  readonly isAuthenticated: boolean;
  readonly scopes: readonly Alternatives[];
  readonly policies: readonly Alternatives[];
}

/** What one request has been granted. */
export interface Grants {
  readonly isAuthenticated: boolean;
  readonly scopes: readonly string[];
  /** Those policies of the operation that hold. */
  readonly policies: ReadonlySet<string>;
}

export const NOTHING: Requirement = { isAuthenticated: false, scopes: [], policies: [] };

export function demandsNothing({ isAuthenticated, scopes, policies }: Requirement): boolean {
  return !isAuthenticated && scopes.length === 0 && policies.length === 0;
}

/** All of them at once; the same demand twice counts once. */
export function together(requirements: readonly Requirement[]): Requirement {
  return {
    isAuthenticated: requirements.some(({ isAuthenticated }) => isAuthenticated),
    scopes: distinct(requirements.flatMap(({ scopes }) => scopes)),
    policies: distinct(requirements.flatMap(({ policies }) => policies)),
  };
}

export function isMetBy(requirement: Requirement, grants: Grants): boolean {
  if (requirement.isAuthenticated && !grants.isAuthenticated) return false;
  return (
    requirement.scopes.every((alternatives) => isOneHad(alternatives, (scope) => grants.scopes.includes(scope))) &&
    requirement.policies.every((alternatives) => isOneHad(alternatives, (policy) => grants.policies.has(policy)))
  );
}

/** Equal for equal requirements, in whatever order they were written. */
export function keyOfRequirement({ isAuthenticated, scopes, policies }: Requirement): string {
  return JSON.stringify([isAuthenticated, scopes.map(keyOf).sort(), policies.map(keyOf).sort()]);
}

/**
 * Whether a demand is all that others demand together. Composition writes on an interface what its implementations
 * demand, so that they can be told from what somebody wrote there.
 */
export function isAllOf(demand: readonly Alternatives[], others: readonly (readonly Alternatives[])[]): boolean {
  const all = others.flat();
  return all.length > 0 && keyOf(conjunction(demand)) === keyOf(conjunction(all));
}

function isOneHad(alternatives: Alternatives, isHad: (name: string) => boolean): boolean {
  return alternatives.some((names) => names.every(isHad));
}

function distinct(demands: readonly Alternatives[]): Alternatives[] {
  return [...new Map(demands.map((demand) => [keyOf(demand), demand])).values()];
}

function keyOf(alternatives: Alternatives): string {
  return JSON.stringify(alternatives.map((names) => [...new Set(names)].sort().join('\n')).sort());
}

/** Beyond so many alternatives two demands are taken for different ones, which is the stricter way. */
const MAX_ALTERNATIVES = 2_000;

/** One list of alternatives that says the same, without those that another makes needless. */
function conjunction(demands: readonly Alternatives[]): Alternatives {
  let result: Alternatives = [[]];
  for (const demand of demands) {
    if (result.length * demand.length > MAX_ALTERNATIVES) return [[JSON.stringify(demands)]];
    result = leastOf(result.flatMap((names) => demand.map((more) => [...new Set([...names, ...more])])));
  }
  return result;
}

function leastOf(alternatives: Alternatives): Alternatives {
  const byLength = [...alternatives].sort((a, b) => a.length - b.length);
  const least: (readonly string[])[] = [];
  for (const names of byLength) if (!least.some((fewer) => fewer.every((name) => names.includes(name)))) least.push(names);
  return least;
}
