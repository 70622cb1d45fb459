"""How requests are served: the queue of events, the log, errors as sentences, and HTTP routes beside Gradio's."""
