export { OutgoingMail } from './mail.entity';
export { createMailJob } from './mail.job';
export { MailService } from './mail.service';
