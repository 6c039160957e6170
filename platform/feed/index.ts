export { EventFeed, type FeedOptions, type FollowRequest } from './event-feed';
export type { QueryLog } from './event-log';
export type { FeedItem, Follower } from './follower';
export { LiveArguments } from './live-arguments';
export { LiveKind, type Told } from './live-kind';
export { openLiveSource, type LiveSource } from './live-source';
export { readPosition } from './position';
