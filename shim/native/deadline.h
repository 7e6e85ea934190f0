// Writes what is set for an abort: the answer to a failure to standard output, and a line to standard error, which is empty if the reason has been reported.
// Returns 0 if no line is set.
int deadline_abort(void);
