// Writes what is set for standard output when the time is over, which is the answer to a failure.
void deadline_answer(void);
