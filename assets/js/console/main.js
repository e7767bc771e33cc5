/** The console works without this script; it makes pages nicer to use. */
import { localTimes } from './time.js';
import { copyButtons } from './copy.js';
import { passwordHints } from './strength.js';
import { suggestions } from './suggest.js';
import { conditions } from './when.js';
import { lineCounts } from './lines.js';
import { firstWrong } from './wrong.js';

localTimes(document);
copyButtons(document);
passwordHints(document);
suggestions(document);
conditions(document);
lineCounts(document);
firstWrong(document);
