export { plannerSupergraph, type PlannerSupergraph } from './planner-supergraph';
export { askedPath, fetchedAs, fetchedNames, withFetchedNames } from './response-names';
export { restorePlan } from './restore-plan';
