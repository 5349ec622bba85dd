// Sums of every branch of the events of a file by JSROOT in node, added in turn: FILE. It stands beside node_modules.
import { openFile, version } from 'jsroot';
import { TSelector, treeProcess } from 'jsroot/tree';
import { readHeaderFooter, rntupleProcess } from 'jsroot/rntuple';

const file = await openFile(process.argv[2]);
const events = await file.readObject('Events');
const tree = events._typename === 'TTree';
const names = tree
   ? events.fBranches.arr.map(branch => branch.fName)
   : (await readHeaderFooter(events)).fieldDescriptors.filter((field, i) => field.parentFieldId === i).map(field => field.fieldName);

class Sums extends TSelector {
   constructor() {
      super();
      this.entries = 0;
      this.sums = Object.fromEntries(names.map(name => [name, [0, 0, 0]]));
      names.forEach(name => this.addBranch(name));
   }

   Process() {
      ++this.entries;
      for (const name of names) {
         const sum = this.sums[name], read = this.tgtobj[name];
         for (const item of read?.length === undefined ? [read] : read) {
            const x = Number(item);
            ++sum[0];
            if (Number.isFinite(x)) sum[2] += x; else ++sum[1];
         }
      }
   }
}

const sums = new Sums();
await (tree ? treeProcess : rntupleProcess)(events, sums);
console.log(JSON.stringify({ version, entries: sums.entries, totals: sums.sums }));
