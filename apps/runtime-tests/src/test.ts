/** How a runtime takes a test. */
export type Test = (name: string, run: Run) => void;

/** Rejects when the test fails. May return a note: where a runtime lacks an algorithm, its refusal is what is tested. */
export type Run = () => Promise<void> | Promise<string | undefined>;
