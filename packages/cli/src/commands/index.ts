/** Every command, in the order of the help text. */
import type { Command } from '../command.ts';
import { completionOf } from './completion.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { importCommand } from './import.ts';
import { keygen } from './keygen.ts';
import { open } from './open.ts';
import { sandbox } from './sandbox.ts';
import { seal } from './seal.ts';
import { sign } from './sign.ts';
import { trigger } from './trigger.ts';
import { update } from './update.ts';
import { verify } from './verify.ts';

export const commands: Record<string, Command> = {
  sandbox,
  keygen,
  doctor,
  update,
  explain,
  import: importCommand,
  trigger,
  sign,
  verify,
  seal,
  open,
  completion: completionOf(() => commands),
};
