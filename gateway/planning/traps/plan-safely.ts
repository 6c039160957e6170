import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { GraphQLError, type DocumentNode, type GraphQLSchema } from 'graphql';
import { refuseWrongPlan, unplannable } from './check-plan';
import { withConcreteFragments, withMutationsInOrder } from './expand-fragments';
import { FieldRules } from './field-rules';
import type { PlannerSupergraph } from './planner-supergraph';
import { restorePlan } from './restore-plan';

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
    return restorePlan(made, supergraph);
  };
  return (asked, operationName) => {
    const document = withMutationsInOrder(asked);
    try {
      return plan(document, operationName);
    } catch (error) {
      if (error instanceof GraphQLError || error instanceof RangeError) throw error;
      return again(() => plan(withConcreteFragments(clients, document), operationName));
    }
  };
}

/** What fails again is refused: the planner's own words would mean nothing to a client. */
function again(plan: () => QueryPlan): QueryPlan {
  try {
    return plan();
  } catch (error) {
    if (error instanceof GraphQLError || error instanceof RangeError) throw error;
    throw unplannable('the query planner gave up on it');
  }
}
