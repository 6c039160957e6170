export { safePlanner, type MakePlan } from './plan-safely';
export { plannerSupergraph } from './planner-supergraph';
export { askedPath, fetchedAs, fetchedNames, withFetchedNames } from './response-names';
