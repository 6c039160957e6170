import { parse } from 'graphql';
import { demandsNothing, keyOfRequirement, type Requirement } from './requirement';
import { effectiveRequirements } from './effective-requirements';
import { securityNamesOf } from './security-links';
import { readTypes } from './supergraph-types';

/**
 * What a supergraph demands of whoever sees its fields and types, as `@authenticated`, `@requiresScopes` and `@policy` say,
 * with what follows from them. Each different requirement has a number.
 */
export class Security {
  private readonly numbers = new Map<string, number>();
  private readonly all: Requirement[] = [];
  private readonly byField = new Map<string, number>();
  private readonly byType = new Map<string, number>();

  /** @throws Error when the supergraph asks for security that is not known here */
  constructor(supergraphSdl: string) {
    const document = parse(supergraphSdl, { noLocation: true });
    const names = securityNamesOf(document);
    if (Object.values(names).every((name) => name === null)) return;
    const { types, fields } = effectiveRequirements(readTypes(document, names));
    for (const [name, requirement] of types) this.note(this.byType, name, requirement);
    for (const [coordinate, requirement] of fields) this.note(this.byField, coordinate, requirement);
  }

  /** Whether nothing is demanded anywhere. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** The number of what a field of an object type demands; `undefined` where everybody may see it. */
  ofField(type: string, field: string): number | undefined {
    return this.byField.get(`${type}.${field}`);
  }

  /** The number of what records of an object type demand where an interface or a union stands. */
  ofType(type: string): number | undefined {
    return this.byType.get(type);
  }

  requirement(number: number): Requirement {
    const requirement = this.all[number];
    if (!requirement) throw new Error(`no requirement has the number ${number}`);
    return requirement;
  }

  private note(into: Map<string, number>, name: string, requirement: Requirement): void {
    if (demandsNothing(requirement)) return;
    const key = keyOfRequirement(requirement);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.push(requirement) - 1;
      this.numbers.set(key, number);
    }
    into.set(name, number);
  }
}
