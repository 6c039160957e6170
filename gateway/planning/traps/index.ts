export { safePlanner, type MakePlan } from './plan-safely';
export { plannerSupergraph, type PlannerSupergraph } from './planner-supergraph';
export { askedPath, fetchedAs, fetchedNames, withFetchedNames } from './response-names';
