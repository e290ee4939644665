"""Work of service tasks that is done outside the transaction: asked, performed, tried again, answered."""
