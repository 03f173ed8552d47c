export type { TestBrokers } from './test-brokers.ts'
export { startTestNats } from './test-nats.ts'
export { startTestRabbit } from './test-rabbit.ts'
