export { Notice } from './notice.entity';
export type { NewNotice } from './notice.facts';
export { createNoticeJob } from './notice.jobs';
export { NoticeService } from './notice.service';
export { NoticeWriter } from './notice.writer';
export { ReminderResolver } from './reminder.resolver';
