import { type Command, Option } from 'commander'
import { run } from '../output.ts'
import { whole } from '../whole.ts'
import { addClearDay } from './clear/day-program.ts'

/** `unifare clear`: clearing by segments, here or on several machines. */
export function addClearProgram(program: Command): void {
  const clear = program
    .command('clear')
    .description('clear days again, and on several machines 清算')
  const common = (command: Command) =>
    command
      .requiredOption(
        '--database <urls>',
        'PostgreSQL with the jobs 任务表: primary and standbys, separated by commas',
      )
      .requiredOption('--data <folder>', 'folder of segments and closed days 数据目录')
      .option('--name <name>', 'of this folder among all; from machine and folder without')
      .addOption(
        new Option('--copies <n>', 'other disks that must have a file 副本数')
          .default(1)
          .argParser(whole(0, 100)),
      )
      .addOption(
        new Option(
          '--piece-kib <n>',
          'size of a message to the brokers, below their limit (NATS: 1024 unless told otherwise)',
        )
          .default(512)
          .argParser(whole(1, 16_384)),
      )
      .addOption(new Option('--json', 'print one JSON document on standard output at the end'))

  common(clear.command('worker').description('do jobs of clearing runs until told to end 清算节点'))
    .requiredOption(
      '--verifier <module>',
      'module that opens the keys 验签模块: exports openVerifier(options)',
    )
    .option('--verifier-options <json>', 'what the module is given', '{}')
    .option(
      '--carrier <addresses>',
      'brokers that bring the segments 消息中间件 (nats://a,b,c or amqp://a,b,c); without, all see one folder',
    )
    .addOption(new Option('--threads <n>', 'threads; one a core without').argParser(whole(1, 256)))
    .addOption(
      new Option('--lease <s>', 'how long a job is kept without a sign of life')
        .default(30)
        .argParser(whole(1, 3_600)),
    )
    .action((options) =>
      run(async () => (await import('./clear/clear-worker.ts')).clearWorker(options)),
    )

  common(
    clear
      .command('carry')
      .description('send closed segments and rules to the workers, take their shards 传送清算段'),
  )
    .requiredOption('--carrier <addresses>', 'brokers 消息中间件: nats://a,b,c or amqp://a,b,c')
    .option('--ended', 'nobody writes the journals any more: send their last segments too')
    .action((options) => run(async () => (await import('./clear/carry.ts')).carry(options)))

  addClearDay(clear)
}
