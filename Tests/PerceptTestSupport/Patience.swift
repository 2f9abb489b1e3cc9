extension Duration {
    /// For what a test waits for and is not about: longer than any machine takes, however many tests run beside it.
    public static let patience = Duration.seconds(600)
}
