/**
 * What Node.js is started with where the app runs, here and in Azure (`languageWorkers__node__arguments`).
 *
 * What a batch of events is made of lives as long as the storage takes to answer; with the usual 16 MB for young objects,
 * all of it is copied twice meanwhile, which was a tenth of the work of a storm. And while much is thrown away quickly,
 * Node.js lets the heap grow to several times what is in use before it tidies up. Half as much again is enough: it takes a
 * third off the memory of a storm, for a few per cent of its speed at most (`npm run bench -- --only W1,W2 --subjects ours`,
 * with and without it).
 */
export const workerArguments = ['--max-semi-space-size=32', '--heap-growing-percent=50'];
