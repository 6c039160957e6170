export { Pipeline, type AnswerReceiver, type PipelineOptions, type Sent } from './pipeline';
