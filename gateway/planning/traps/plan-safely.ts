import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { Kind, type DocumentNode, type GraphQLSchema } from 'graphql';
import { isContextVariable } from './check-context';
import { refuseWrongPlan } from './check-plan';
import { withConcreteFragments, withMutationsInOrder, withoutRootConditions } from './expand-fragments';
import { FieldRules } from './field-rules';
import { withContextsInOrder } from './order-contexts';
import type { PlannerSupergraph } from './planner-supergraph';
import { isRefusal, unplannable } from './refusal';
import { restorePlan } from './restore-plan';
import { withoutStrangers } from './split-by-type';

export type MakePlan = (document: DocumentNode, operationName: string | undefined) => QueryPlan;

/** A planner over a supergraph that was changed to suit it, whose plans are looked at before they are believed. */
export function safePlanner(
  planner: QueryPlanner,
  supergraph: PlannerSupergraph,
  schema: Schema,
  clients: GraphQLSchema,
): MakePlan {
  const rules = new FieldRules(supergraph.sdl);
  const plan: MakePlan = (document, operationName) => {
    const made = planner.buildQueryPlan(operationFromDocument(schema, document, { operationName, validate: false }));
    refuseWrongPlan(made, rules);
    const split = withoutStrangers(made, document, clients, rules);
    return restorePlan(rules.hasContexts ? withContextsInOrder(split) : split, supergraph);
  };
  return (asked, operationName) => {
    if (rules.hasContexts && declaresContextVariable(asked)) throw unplannable('its variables are called like those of plans');
    const document = withoutRootConditions(withMutationsInOrder(asked));
    try {
      return plan(document, operationName);
    } catch (error) {
      if (isOurs(error)) throw error;
      return again(() => plan(withConcreteFragments(clients, document), operationName));
    }
  };
}

/** What fails again is refused: the planner's own words would mean nothing to a client. */
function again(plan: () => QueryPlan): QueryPlan {
  try {
    return plan();
  } catch (error) {
    if (isOurs(error)) throw error;
    throw unplannable('the query planner gave up on it');
  }
}

function declaresContextVariable({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (each) =>
      each.kind === Kind.OPERATION_DEFINITION &&
      each.variableDefinitions?.some(({ variable }) => isContextVariable(variable.name.value)),
  );
}

/** A refusal, or a plan that is too large to be made; the planner's own errors say nothing of the operation. */
function isOurs(error: unknown): boolean {
  return isRefusal(error) || error instanceof RangeError;
}
