export { OutgoingMail } from './mail.entity';
export { MailService } from './mail.service';
export { startMailWorker } from './mail.worker';
